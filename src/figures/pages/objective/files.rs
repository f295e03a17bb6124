//! The tables of an objective as they are taken away.

use super::{Facts, Line, Seen};
use crate::contracts::store::national_targets;
use crate::figures::Situation;
use crate::figures::board::{movement_words, tone_word};
use crate::platform::db::Tx;
use crate::platform::web::table::{Cell, Column, Datum, Row, Table};
use crate::platform::web::{Address, WebError, WebResult};
use crate::tables::{day, word, yes_no};

/// The objective that an address names.
async fn facts<'a>(tx: &mut Tx, situation: &'a Situation, asked: &Address) -> WebResult<Facts<'a>> {
    let edited = situation.catalogue.framework(asked.get("cadre"));
    let framework = &edited.ok_or(WebError::NotFound)?.framework;
    let key = asked.get("objectif");
    let node = framework.nodes.iter().find(|node| node.key == key);
    let node = node.ok_or(WebError::NotFound)?;
    let targets = national_targets(tx, &framework.code, situation.moment.change).await?;
    Ok(Facts::new(situation, framework, node, targets))
}

/// Its indicators, for the whole country.
pub(in crate::figures) async fn indicators(
    tx: &mut Tx,
    situation: &Situation,
    asked: &Address,
) -> WebResult<Table> {
    let facts = facts(tx, situation, asked).await?;
    let mut table = facts.table();
    let more = [
        Column::words("mesure", "Mesure").staying(),
        Column::words("unite", "Unité"),
        Column::words("periode", "Période"),
        Column::numbers("juges", "Régions jugées"),
        Column::numbers("recues", "Reçues"),
        Column::numbers("attendues", "Attendues"),
        Column::words("limite", "Limite"),
    ];
    table.columns.extend(more);
    for (row, line) in table.rows.iter_mut().zip(&facts.lines) {
        let period = line.national.as_ref();
        row.extend([
            Cell::text(line.measure.code.clone()),
            word(line.measure.unit.clone()),
            word(period.map(|(period, _)| period.to_string())),
            Datum::count(line.counts().0).into(),
            Datum::count(line.owed.received()).into(),
            Datum::count(line.owed.expected).into(),
            day(line.owed.limit),
        ]);
    }
    Ok(table)
}

/// Its indicators in each region that has terms on them.
pub(in crate::figures) async fn regions(
    tx: &mut Tx,
    situation: &Situation,
    asked: &Address,
) -> WebResult<Table> {
    let facts = facts(tx, situation, asked).await?;
    let columns = vec![
        Column::words("territoire", "Code du territoire").staying(),
        Column::words("nom", "Territoire").staying(),
        Column::words("contrat", "Contrat"),
        Column::words("code", "Code").staying(),
        Column::words("indicateur", "Indicateur").staying(),
        Column::words("mesure", "Mesure").staying(),
        Column::words("etat", "État"),
        Column::words("periode", "Période"),
        Column::numbers("valeur", "Valeur"),
        Column::words("atteinte", "Atteinte"),
        Column::words("evolution", "Évolution"),
        Column::words("retard", "En retard"),
    ];
    let mut table = Table::new("objectif-regions", facts.node.title(), columns);
    for (place, agreed) in &facts.regions {
        let contract = agreed.map(|(full, _)| full.contract.slug.clone());
        for line in &facts.lines {
            if let Some(seen) = line.seen.get(place.code.as_str()) {
                let mut row = vec![
                    Cell::text(place.code.clone()),
                    Cell::text(place.name.clone()),
                    word(contract.clone()),
                ];
                row.extend(of_region(line, seen));
                table.rows.push(row);
            }
        }
    }
    Ok(table)
}

fn of_region(line: &Line<'_>, seen: &Seen) -> Row {
    let period = seen.figure.map(|(period, _)| period.to_string());
    let amount = seen.figure.and_then(|(_, amount)| amount);
    let movement = seen.mark.movement.map(|one| movement_words(one).1);
    vec![
        Cell::text(line.code()),
        Cell::text(line.name()),
        Cell::text(line.measure.code.clone()),
        Cell::text(seen.mark.tone.map_or("Non jugé", tone_word)),
        word(period),
        Datum::number(amount, 0).into(),
        Cell::text(seen.words.clone()),
        word(movement),
        yes_no(seen.mark.late),
    ]
}
