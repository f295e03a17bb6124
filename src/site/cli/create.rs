//! `jalon contracts create`: preparing a contract, as the form does.

use clap::Args;

use super::{CliError, Session};
use crate::access::{Act as _, permit};
use crate::contracts::store::{ContractError, create_contract};
use crate::contracts::{CreateContract, Ground, NewContract, bound, library, usual_place};
use crate::kernel::fold;
use crate::ledger::{Actor, Change, Scope};
use crate::organisations::store::directory;
use crate::organisations::{Directory, PlaceKind, Recognised};

#[derive(Debug, Args)]
pub(super) struct CreateArgs {
    /// Cadre du contrat
    #[arg(long, value_name = "CODE")]
    framework: String,
    /// Son titre
    #[arg(long, value_name = "TITRE")]
    title: String,
    /// Une partie, son rôle dans le cadre puis son nom ou son code ; à répéter
    #[arg(long = "party", value_name = "RÔLE=ORGANISATION", required = true)]
    parties: Vec<String>,
    /// Lieu couvert (par défaut : celui de l’agence, ou l’établissement lui-même)
    #[arg(long, value_name = "LIEU")]
    place: Option<String>,
    /// Fin de l’adresse de sa page (par défaut : tirée du titre)
    #[arg(long, value_name = "ADRESSE")]
    slug: Option<String>,
    /// Première année (par défaut : celle du cadre)
    #[arg(long, value_name = "ANNÉE")]
    starts: Option<i16>,
    /// Dernière année (par défaut : celle du cadre)
    #[arg(long, value_name = "ANNÉE")]
    ends: Option<i16>,
    /// Contrat inventé pour une démonstration, montré comme tel
    #[arg(long)]
    fictional: bool,
}

pub(super) async fn create(session: &Session, args: CreateArgs) -> Result<(), CliError> {
    let db = session.ready_database().await?;
    let actor = Actor::Person(session.person(&db).await?.id);
    let library = library();
    let reach = &session.reach(&db).await?;
    let mut tx = db.read().await?;
    let directory = directory(&mut tx, reach).await?;
    let catalogue = library.catalogue(&mut tx, reach).await?;
    drop(tx);
    let code = &args.framework;
    let edited = catalogue.framework(code);
    let edited = edited.ok_or_else(|| format!("aucun cadre n’a le code « {code} »"))?;
    let ground = Ground {
        framework: &edited.framework,
        directory: &directory,
    };
    let new = read(args, ground)?;
    let scope = Scope {
        organisation: bound(ground.framework, &new.parties)
            .unwrap_or_default()
            .to_owned(),
        framework: ground.framework.code.clone(),
    };
    let slug = new.slug.clone();
    let mut change = Change::open(&db, &session.clock, actor, CreateContract::NAME).await?;
    let permit = permit::<CreateContract>(&mut change, scope).await?;
    create_contract(&mut change, permit, new, ground)
        .await
        .map_err(told)?;
    change.commit().await?;
    say!("Contrat préparé : /contrats/{slug}");
    Ok(())
}

/// The contract that was typed.
fn read(args: CreateArgs, ground: Ground<'_>) -> Result<NewContract, CliError> {
    let mut parties = Vec::new();
    for party in &args.parties {
        let (role, name) = party.split_once('=').ok_or_else(|| {
            format!(
                "« {party} » : écrivez le rôle, un signe =, le nom ou le code de l’organisation"
            )
        })?;
        // What is not known is told by the rules of a new contract, where it must be known.
        let known = ground.directory.resolve(name).found();
        let code = known.map_or_else(|| name.trim().to_owned(), |o| o.code.clone());
        parties.push((role.trim().to_owned(), code));
    }
    let place = match &args.place {
        Some(text) => place(ground.directory, text)?,
        None => usual_place(ground, &parties).unwrap_or_default(),
    };
    let slug = args.slug.unwrap_or_else(|| args.title.clone());
    Ok(NewContract {
        slug: fold(&slug).replace(' ', "-"),
        title: args.title,
        place,
        starts: args.starts.unwrap_or(ground.framework.starts),
        ends: args.ends.unwrap_or(ground.framework.ends),
        fictional: args.fictional,
        parties,
        sections: Vec::new(),
    })
}

fn place(directory: &Directory, text: &str) -> Result<String, CliError> {
    match directory.recognise(text, &PlaceKind::WITH_VALUES) {
        Recognised::Found(place) => Ok(place.code.clone()),
        Recognised::Ambiguous(_) => {
            Err(format!("« {text} » peut être plusieurs lieux : écrivez son code").into())
        }
        Recognised::Unknown { nearest } => {
            let hint = nearest.map(|near| format!(" ; vouliez-vous dire « {near} » ?"));
            Err(format!(
                "« {text} » n’est pas un lieu connu{}",
                hint.unwrap_or_default()
            )
            .into())
        }
    }
}

/// What stands in the way of a contract, sentence by sentence.
pub(in crate::site) fn told(error: ContractError) -> CliError {
    let sentences: Vec<String> = match error {
        ContractError::Blocked(obstacles) => obstacles.into_iter().map(|o| o.sentence).collect(),
        ContractError::Objections(objections) => {
            objections.into_iter().map(|o| o.sentence).collect()
        }
        other if other.is_taken() => {
            vec![
                "cette adresse sert déjà à un autre contrat : choisissez-en une autre avec --slug"
                    .to_owned(),
            ]
        }
        other => return other.into(),
    };
    sentences.join("\n").into()
}
