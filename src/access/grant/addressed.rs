//! People as the page that explains rights finds them.

use async_trait::async_trait;

use super::pages::seen_person;
use crate::access::addressed::{Addressed, Found, Viewer, identified};
use crate::access::factor::RemoveFactor;
use crate::access::leave::{LeavePerson, Leaving};
use crate::access::link::InvitePerson;
use crate::access::looking;
use crate::access::store::{EndSessions, Whose};
use crate::platform::db::{DbError, Tx};

/// Finds people.
#[derive(Debug)]
pub struct PersonAddresses;

#[async_trait]
impl Addressed for PersonAddresses {
    async fn find(
        &self,
        tx: &mut Tx,
        viewer: Viewer<'_>,
        path: &[&str],
    ) -> Result<Option<Found>, DbError> {
        let Some(id) = identified(path, &["personnes"]) else {
            return Ok(None);
        };
        let Some(person) = seen_person(tx, viewer.reach, id).await? else {
            return Ok(None);
        };
        let found = Found::new(
            format!("la page de {}", person.name),
            "La page d’une personne se voit d’elle, et de qui peut voir les personnes d’une organisation où elle tient un rôle ; de qui n’en tient aucun, de tous ceux qui donnent des rôles.",
        );
        let (last, today) = (viewer.today, viewer.today);
        let whose = Whose { person: id, today };
        let found = found.may::<InvitePerson>(tx, &whose).await?;
        let found = found
            .may::<LeavePerson>(tx, &Leaving { person: id, last })
            .await?;
        let found = found.may::<EndSessions>(tx, &whose).await?;
        let mut found = found.may::<RemoveFactor>(tx, &whose).await?;
        let concerns = looking::concerns(tx, today, id).await?;
        found.acts.push((looking::SeeAs::NAME, concerns));
        Ok(Some(found))
    }
}
