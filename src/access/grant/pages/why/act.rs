//! Whether a person may do an act to something that need not exist, said by what it would be.

use maud::{Markup, html};

use super::{Asked, Whom, granted, lacks};
use crate::access::grant::pages::scope_words;
use crate::access::policy::{Basis, Concern, Stage, Standing};
use crate::access::role::{KnownAct, Roles};
use crate::platform::web::{section_heading, state};
use crate::platform::yaml::Worded as _;

/// What the act would concern: where nothing is said of its stage, one at which it is done.
fn concern(asked: &Asked, act: &KnownAct) -> Concern {
    let mut concern = Concern::of(asked.organisation.trim(), "");
    if !asked.cadre.trim().is_empty() {
        let objective = Some(asked.objectif.trim()).filter(|key| !key.is_empty());
        concern.standings = vec![Standing {
            framework: asked.cadre.trim().to_owned(),
            nodes: objective.into_iter().map(str::to_owned).collect(),
        }];
    }
    concern.role = Some(asked.role.clone()).filter(|key| !key.is_empty());
    let stage = Stage::from_word(&asked.stade);
    concern.stage = stage.or_else(|| act.stages.first().copied());
    concern
}

/// The answer.
pub(super) fn answer(whom: &Whom, asked: &Asked, act: &'static KnownAct) -> Markup {
    let concerns = [concern(asked, act)];
    let judged = whom.reach.judged(&act.key, &concerns);
    html! {
        section.sect aria-labelledby="reponse" {
            (section_heading("reponse", "Réponse", None))
            @match &judged {
                Ok(bases) if bases.contains(&Basis::OnesOwn) => p { (granted()) " C’est à cette personne." },
                Ok(_) => p { (granted()) " " (whom.link()) " peut " (act.name) "." },
                Err(sentence) => p { (state("late", "late", "Refusé")) " " (whom.link()) " ne peut pas " (act.name) ". Dit à cette personne : « " (sentence) " »" },
            }
            table.tbl.stack {
                caption { "Ce que donne, ou ce qui manque à, chacune de ses habilitations du jour" }
                thead { tr { th scope="col" { "Habilitation" } th scope="col" { "Ce qu’elle en dit" } } }
                tbody {
                    @for (grant, lack) in whom.reach.weighed(&act.key, &concerns) { tr {
                        th scope="row" { (Roles::known().name(&grant.remit.role)) span.sub { (scope_words(grant)) } }
                        td data-l="Ce qu’elle en dit" { (lacks(lack)) }
                    } }
                    @if whom.reach.grants().is_empty() { tr { td colspan="2" { "Aucune habilitation aujourd’hui." } } }
                }
            }
        }
    }
}
