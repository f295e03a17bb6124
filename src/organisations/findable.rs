//! Organisations and places as a search finds them.

use async_trait::async_trait;

use super::{Directories, Directory, Organisation, Place, PlaceKind, store};
use crate::access::Reach;
use crate::platform::db::{DbError, Tx};
use crate::search::{Document, Folder, Kind, Source, joined};

const ORGANISATIONS: Kind = Kind {
    code: "organisations",
    one: "organisation",
    many: "organisations",
    weight: 130,
};
const PLACES: Kind = Kind {
    code: "lieux",
    one: "territoire",
    many: "territoires",
    weight: 90,
};

/// Lets organisations and places be found. A place leads to the agency that acts for it.
#[derive(Debug)]
pub struct FindableOrganisations(pub Directories);

#[async_trait]
impl Source for FindableOrganisations {
    async fn folders(&self, tx: &mut Tx, after: i64) -> Result<Vec<Folder>, DbError> {
        if after > 0 && store::version(tx).await? <= after {
            return Ok(Vec::new());
        }
        let reach = &Reach::of_installation();
        let directory = self.0.current(tx, reach).await?;
        let organisations = directory.organisations().iter().map(organisation);
        let places = directory.places().iter();
        let places = places.filter_map(|found| place(&directory, found));
        Ok(vec![Folder {
            key: "organisations".to_owned(),
            documents: organisations.chain(places).collect(),
        }])
    }
}

fn organisation(found: &Organisation) -> Document {
    let href = format!("/organisations/{}", found.code);
    let mut names = vec![found.name.clone(), found.code.clone()];
    names.extend(found.usages.iter().cloned());
    names.extend(found.finess.clone());
    let ended = found.valid_to;
    let ended = ended.map(|day| format!("jusqu’au {}", day.strftime("%d/%m/%Y")));
    Document {
        names,
        context: joined([Some(found.kind.french()), ended.as_deref()], ", "),
        text: found.note.clone().unwrap_or_default(),
        current: found.valid_to.is_none(),
        ..Document::new(ORGANISATIONS, href, found.label())
    }
}

/// Nothing for a place that an organisation stands for, or that none acts for.
fn place(directory: &Directory, place: &Place) -> Option<Document> {
    let words = match place.kind {
        PlaceKind::Region => "Région",
        PlaceKind::Department => "Département",
        PlaceKind::Country | PlaceKind::Zone | PlaceKind::Establishment => return None,
    };
    let own = directory.organisations().iter();
    let own = own.filter(|o| o.place.as_deref() == Some(&place.code));
    let own = own.max_by_key(|o| o.valid_to.is_none());
    let around = directory.places().iter().find(|whole| {
        let mut parts = directory.parts_inside(&whole.code);
        whole.kind == PlaceKind::Region
            && parts.any(|p| p.part == place.code && p.valid_to.is_none())
    });
    let agency = own.or_else(|| {
        let around = around?;
        let agencies = directory.organisations().iter();
        agencies
            .filter(|o| o.place.as_deref() == Some(&around.code))
            .max_by_key(|o| o.valid_to.is_none())
    })?;
    let leads_to = format!("{words}, {}", agency.label());
    let mut names = place.usages.clone();
    names.push(place.printed_code().to_owned());
    Some(Document {
        names,
        context: leads_to,
        current: place.valid_to.is_none(),
        ..Document::new(
            PLACES,
            format!("/organisations/{}", agency.code),
            &place.name,
        )
    })
}
