//! What the history says of requests for help: that they moved, never what they say.

use std::collections::HashMap;

use async_trait::async_trait;
use uuid::Uuid;

use super::{Act as _, FollowRequest, store};
use crate::access::Concern;
use crate::journal::{Kind, Line, Reader, Teller, Told, span};
use crate::platform::db::{DbError, Tx};

/// Tells of requests for help, to who may follow them and to who reads everything.
#[derive(Debug)]
pub struct SupportTeller;

#[async_trait]
impl Teller for SupportTeller {
    fn kinds(&self) -> &'static [Kind] {
        const REQUEST: Kind = Kind {
            code: "help_request",
            french: "Demandes d’aide",
        };
        &[REQUEST]
    }

    async fn tell(
        &self,
        tx: &mut Tx,
        reader: &Reader,
        lines: &[&Line],
    ) -> Result<Vec<Option<Told>>, DbError> {
        let authors = store::authors_between(tx, span(lines)).await?;
        let authors: HashMap<Uuid, Uuid> = authors.into_iter().collect();
        let told = lines.iter().map(|line| {
            let concern = Concern {
                owner: authors.get(&line.thing).copied(),
                ..Concern::of(&line.scope.organisation, "")
            };
            let follows = reader.reach.may_look(FollowRequest::NAME, &concern);
            (follows || reader.reads_all).then(|| {
                let told = Told::new(deed(&line.verb), line);
                if follows {
                    told.at(format!("/aide/demandes/{}", line.thing))
                } else {
                    told
                }
            })
        });
        Ok(told.collect())
    }
}

fn deed(verb: &str) -> &'static str {
    match verb {
        "create" => "a demandé de l’aide",
        "ask" => "a écrit dans sa demande d’aide",
        "answer" => "a répondu à une demande d’aide",
        "pass_on" => "a transmis une demande d’aide à l’assistance nationale",
        _ => "a clos une demande d’aide",
    }
}
