//! A value contested, a document and an indicator followed, for every page to have something to
//! show.

use super::values::CURRENT;
use crate::access::{self, Act as _, Reach, permit, permit_aside};
use crate::contracts::library;
use crate::documents::{self, About, AboutKind, AttachDocument, Attachment, Media, Upload};
use crate::figures::Snapshots;
use crate::figures::contest::{NewContest, OpenAContest, open};
use crate::figures::follow::{Follow, Followed, Wish, store as follow};
use crate::figures::rights::{Contestable, Ground};
use crate::kernel::{Decimal, Period, Value};
use crate::ledger::{Actor, Change};
use crate::organisations::store::directory;
use crate::platform::clock::Clock;
use crate::platform::db::Db;
use crate::site::cli::CliError;

/// The indicator whose value is contested, and the region that contests it.
const CONTESTED: &str = "2.b";
const REGION: &str = "28";

/// Has the first account follow an indicator.
pub(super) async fn follow(db: &Db, clock: &Clock, actor: Actor) -> Result<(), CliError> {
    let mut tx = db.write_aside().await?;
    let catalogue = library()
        .catalogue(&mut tx, &Reach::of_installation())
        .await?;
    let edited = catalogue
        .framework(CURRENT)
        .ok_or("le cadre en vigueur manque")?;
    let all = &edited.framework.indicators;
    let indicator = all.iter().find(|i| i.key == CONTESTED);
    let indicator = indicator.ok_or("l’indicateur de la démonstration manque")?;
    let followed = Followed {
        framework: CURRENT.to_owned(),
        indicator: CONTESTED.to_owned(),
    };
    let wish = Wish {
        person: actor
            .person()
            .ok_or("le compte de la démonstration manque")?,
        followed,
    };
    let permit = permit_aside::<Follow>(&mut tx, clock.today(), actor, wish).await?;
    follow::follow(&mut tx, permit, &indicator.measures).await?;
    tx.commit().await?;
    Ok(())
}

/// Contests the value of one region, ten per cent too low in its eyes, and attaches a detail.
pub(super) async fn contest(db: &Db, clock: &Clock, actor: Actor) -> Result<(), CliError> {
    let mut change = Change::open(db, clock, actor, OpenAContest::NAME)
        .await?
        .because("Dénominateur incomplet");
    let reach = &Reach::of_installation();
    let catalogue = library().catalogue(change.tx(), reach).await?;
    let edited = catalogue
        .framework(CURRENT)
        .ok_or("le cadre en vigueur manque")?;
    let all = &edited.framework.indicators;
    let indicator = all.iter().find(|i| i.key == CONTESTED);
    let measure = indicator.and_then(|indicator| catalogue.first_measure(indicator));
    let measure = measure.ok_or("l’indicateur de la démonstration manque")?;
    let figures = Snapshots::new(clock.clone())
        .current(change.tx(), reach)
        .await?;
    let figure = figures
        .series(&measure.code)
        .and_then(|series| series.whole(REGION, Period::Year(2025)));
    let figure = figure.ok_or("la valeur contestée de la démonstration manque")?;
    let amount = figure.value.amount(measure.per);
    let own = amount.and_then(|amount| Decimal::ratio(amount, Decimal::from_int(90)?, 100));
    let new = NewContest {
        revision: figure.no,
        reason: "Le dénominateur compte deux fois les personnes invitées hors de la région."
            .to_owned(),
        own: own.map(|own| Value::plain(own.round(measure.decimals.unwrap_or(0)))),
        days: edited.framework.days_to_answer(),
    };
    let directory = directory(change.tx(), reach).await?;
    let ground = Ground {
        catalogue: &catalogue,
        directory: &directory,
        today: clock.today(),
    };
    let value = Contestable::find(change.tx(), ground, figure.observation).await?;
    let value = value.ok_or("la valeur contestée de la démonstration manque")?;
    let concern = value.concern().clone();
    let permit = permit::<OpenAContest>(&mut change, value).await?;
    let contest = open(&mut change, permit, &new).await?;
    let evidence = About {
        kind: AboutKind::Contest,
        subject: contest.to_string(),
        place: String::new(),
        period: String::new(),
    };
    let detail = About {
        kind: AboutKind::Indicator,
        subject: format!("{CURRENT}/{CONTESTED}"),
        place: String::new(),
        period: "2025".to_owned(),
    };
    for about in [evidence, detail] {
        let upload = Upload {
            name: "detail-fictif-2025.csv".to_owned(),
            media: Media::Csv,
            bytes: b"departement;personnes invitees\n14;fictif\n27;fictif\n".to_vec(),
        };
        let attachment = Attachment {
            about,
            concern: concern.clone(),
            embargo: None,
        };
        let permit = access::permit::<AttachDocument>(&mut change, attachment).await?;
        documents::store::attach(&mut change, permit, &upload).await?;
    }
    change.commit().await?;
    Ok(())
}
