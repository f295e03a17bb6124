//! Indicators, values and contests as the page that explains rights finds them.

use async_trait::async_trait;
use uuid::Uuid;

use super::contest::{AnswerContest, OpenAContest, store as contests};
use super::provenance;
use super::rights::{Answerable, Ground, LoadValues};
use crate::access::{Addressed, Found, Viewer};
use crate::contracts::{SetNationalTarget, TargetsOf};
use crate::documents::AttachDocument;
use crate::frameworks::{Catalogue, Library};
use crate::organisations::{Directories, Directory};
use crate::platform::db::{DbError, Tx};

/// Finds indicators, values and contests.
#[derive(Debug)]
pub struct FigureAddresses {
    /// The frameworks.
    pub library: Library,
    /// The organisations and places.
    pub directories: Directories,
}

#[async_trait]
impl Addressed for FigureAddresses {
    async fn find(
        &self,
        tx: &mut Tx,
        viewer: Viewer<'_>,
        path: &[&str],
    ) -> Result<Option<Found>, DbError> {
        let catalogue = self.library.catalogue(tx, viewer.reach).await?;
        let directory = self.directories.current(tx, viewer.reach).await?;
        let ground = Ground {
            catalogue: &catalogue,
            directory: &directory,
            today: viewer.today,
        };
        match path {
            ["indicateurs" | "cibles", framework, key, ..] => Ok(indicator(ground, framework, key)),
            ["valeurs", id, ..] => match id.parse() {
                Ok(id) => value(tx, viewer, ground, id).await,
                Err(_) => Ok(None),
            },
            ["contestations", id, ..] => match id.parse() {
                Ok(id) => contest(tx, viewer, ground, id).await,
                Err(_) => Ok(None),
            },
            _ => Ok(None),
        }
    }
}

fn indicator(ground: Ground<'_>, framework: &str, key: &str) -> Option<Found> {
    let framework = &ground.catalogue.framework(framework)?.framework;
    let indicator = framework.indicators.iter().find(|one| one.key == key)?;
    let found = Found::new(
        format!("l’indicateur {} « {} »", indicator.key, indicator.label),
        "Un indicateur se lit de toute personne connectée ; chacune de ses valeurs, de qui voit la valeur.",
    );
    let found = found.concerning::<AttachDocument>(vec![ground.indicator(framework, indicator)]);
    let targets = TargetsOf::indicator(framework, key);
    let concerns = targets
        .map(|targets| targets.concern())
        .into_iter()
        .collect();
    Some(found.concerning::<SetNationalTarget>(concerns))
}

async fn value(
    tx: &mut Tx,
    viewer: Viewer<'_>,
    ground: Ground<'_>,
    id: Uuid,
) -> Result<Option<Found>, DbError> {
    let story = provenance::store::story(tx, viewer.reach, viewer.today, id).await?;
    let Some(story) = story else {
        return Ok(None);
    };
    let (measure, place) = (story.measure.as_str(), story.subject.place.as_str());
    let year = story.subject.period.year();
    let name = format!(
        "la valeur de « {} », {}, {}",
        measure_name(ground.catalogue, measure),
        place_name(ground.directory, place),
        story.subject.period
    );
    let found = Found::new(
        name,
        "Une valeur finale se voit de qui son cadre le dit, et des personnes de son territoire ; sous embargo, de qui l’a apportée et des seuls rôles qui voient les embargos.",
    );
    let found = found.concerning::<LoadValues>(vec![ground.loading(measure, place, year)]);
    let found = found.concerning::<OpenAContest>(vec![ground.contesting(measure, place)]);
    let attaching = ground.attaching(measure, place, year);
    Ok(Some(found.concerning::<AttachDocument>(vec![attaching])))
}

async fn contest(
    tx: &mut Tx,
    viewer: Viewer<'_>,
    ground: Ground<'_>,
    id: Uuid,
) -> Result<Option<Found>, DbError> {
    let contest = contests::contest(tx, id).await?;
    let seen = contest.filter(|contest| !contest.is_hidden(viewer.reach, viewer.today));
    let Some(contest) = seen else {
        return Ok(None);
    };
    let found = Found::new(
        format!(
            "la contestation de « {} », {}, {}",
            measure_name(ground.catalogue, &contest.measure),
            place_name(ground.directory, &contest.subject.place),
            contest.subject.period
        ),
        "Une contestation se voit de qui voit la valeur contestée.",
    );
    match Answerable::find(tx, ground, id).await? {
        Some(answerable) => found.may::<AnswerContest>(tx, &answerable).await.map(Some),
        None => Ok(Some(found)),
    }
}

fn measure_name(catalogue: &Catalogue, code: &str) -> String {
    let measure = catalogue.measure(code);
    measure.map_or_else(|| code.to_owned(), |measure| measure.label.clone())
}

fn place_name(directory: &Directory, code: &str) -> String {
    let place = directory.place(code);
    place.map_or_else(|| code.to_owned(), |place| place.name.clone())
}
