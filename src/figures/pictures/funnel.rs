//! The funnel plot of a comparison.

use jalon_render::Description;
use jalon_render::chart::{self, Axis, FunnelPoint, FunnelWords, Limits, Reference, Tick};

use crate::figures::Formatter;
use crate::figures::chance;
use crate::figures::funnel::{Funnel, Judged};
use crate::figures::projection::shown;
use crate::kernel::Decimal;

/// How many sizes the limits are drawn at.
const STEPS: u16 = 48;

/// The plot, its sizes on a scale where each step multiplies.
pub fn funnel(funnel: &Funnel<'_>, label: &str, period: &str) -> Option<chart::Funnel> {
    let formatter = Formatter::new(Some(funnel.measure));
    let sizes = || funnel.places.iter().map(|place| place.cases.den);
    let (low, high) = sizes().fold((f64::MAX, f64::MIN), |(low, high), size| {
        (low.min(size), high.max(size))
    });
    let (from, to) = ((low * 0.8).log10(), (high * 1.25).log10());
    let limits = along(from, to, |size| {
        let limits = chance::limits(funnel.law, funnel.whole, size);
        let scaled = |(low, high): (f64, f64)| (funnel.scaled(low), funnel.scaled(high));
        (scaled(limits.near), scaled(limits.far))
    });
    let usual = funnel.usual.map(|usual| {
        along(from, to, |size| {
            let (low, high) = usual.range(funnel.law, funnel.whole, size);
            let range = (funnel.scaled(low), funnel.scaled(high));
            (range, range)
        })
    });
    let rates = funnel
        .places
        .iter()
        .map(|place| funnel.scaled(place.cases.rate()));
    let ends = limits.iter().chain(usual.iter().flatten());
    let ends = ends.flat_map(|l| [l.near.0, l.near.1, l.far.0, l.far.1]);
    let whole = shown(funnel.scaled(funnel.whole))?;
    Some(chart::Funnel {
        id: "entonnoir".to_owned(),
        about: Description::new(
            &format!("Entonnoir : {label}, {period}"),
            &detail(funnel, &formatter.number(whole)),
        )
        .ok()?,
        across: Axis::new(from, to, sizes_printed(from, to)),
        across_name: format!(
            "Effectif : {}",
            funnel
                .measure
                .denominator
                .as_deref()
                .unwrap_or("dénominateur")
        ),
        axis: Axis::fitting(rates.chain(ends), formatter.sign().unwrap_or_default()),
        whole: Reference {
            value: whole.to_f64_for_drawing(),
            text: format!("Ensemble {}", formatter.number(whole)),
        },
        limits,
        usual,
        points: funnel
            .places
            .iter()
            .map(|place| point(funnel, place))
            .collect(),
        words: words(),
    })
}

fn detail(funnel: &Funnel<'_>, whole: &str) -> String {
    let (far, near) = funnel.outside();
    format!(
        "Taux d’ensemble : {whole}. Sur {} lieux, {near} sont hors des limites à 95 %, dont {far} hors des limites à 99,8 %. Le tableau donne chaque valeur.",
        funnel.places.len()
    )
}

fn words() -> FunnelWords {
    let own = |text: &str| text.to_owned();
    FunnelWords {
        within: own("Entre les lignes : le hasard suffit à l’expliquer"),
        beyond: own("Hors de la ligne à 95 %"),
        far_beyond: own("Hors des deux lignes"),
        near_limit: own("Limites à 95 %"),
        far_limit: own("Limites à 99,8 %"),
        usual: own("Étendue habituelle des lieux (95 %)"),
    }
}

fn point(funnel: &Funnel<'_>, place: &Judged<'_>) -> FunnelPoint {
    let formatter = Formatter::new(Some(funnel.measure));
    let rate = place.row.amount.map(|amount| formatter.number(amount));
    FunnelPoint {
        name: place.row.name.to_owned(),
        size: place.cases.den.log10(),
        value: funnel.scaled(place.cases.rate()),
        text: rate.unwrap_or_default(),
        standing: match place.standing {
            chance::Standing::Within => chart::Standing::Within,
            chance::Standing::Beyond => chart::Standing::Beyond,
            chance::Standing::FarBeyond => chart::Standing::FarBeyond,
        },
    }
}

type Ends = (f64, f64);

/// The limits at sizes from one power of ten to another.
fn along(from: f64, to: f64, at: impl Fn(f64) -> (Ends, Ends)) -> Vec<Limits> {
    let steps = (0..=STEPS).map(|step| from + (to - from) * f64::from(step) / f64::from(STEPS));
    let limits = steps.map(|size| {
        let (near, far) = at(10_f64.powf(size));
        Limits { size, near, far }
    });
    limits.collect()
}

/// 1, 2 and 5 times each power of ten, or the powers alone where they are many.
fn sizes_printed(from: f64, to: f64) -> Vec<Tick> {
    let within = |value: f64| (from..=to).contains(&value);
    let powers = (0_u8..12).map(|power| 10_f64.powi(i32::from(power)));
    let steps: &[f64] = if to - from > 2.2 {
        &[1.0]
    } else {
        &[1.0, 2.0, 5.0]
    };
    let sizes = powers.flat_map(|power| steps.iter().map(move |step| step * power));
    let sizes = sizes.filter(|size| within(size.log10()));
    let tick = |size: f64| {
        let text = shown(size).map_or_else(String::new, |size: Decimal| size.french(0));
        Tick {
            value: size.log10(),
            text,
        }
    };
    sizes.map(tick).collect()
}
