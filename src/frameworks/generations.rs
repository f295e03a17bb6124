//! A measure from one generation of contracts to the next: which indicators pointed to it, and
//! how. Pure.

use super::{Catalogue, Framework, Indicator, Link, LinkKind};
use crate::measures::Measure;

/// A measure, and what pointed to it, the latest generation first.
#[derive(Clone, Debug)]
pub struct Across<'a> {
    /// The measure.
    pub measure: &'a Measure,
    /// The indicators.
    pub pointers: Vec<Pointer<'a>>,
}

/// An indicator that follows a measure, or is akin to one that does.
#[derive(Clone, Copy, Debug)]
pub struct Pointer<'a> {
    /// Its framework.
    pub framework: &'a Framework,
    /// The indicator.
    pub indicator: &'a Indicator,
    /// [`Related`](LinkKind::Related) where it only is akin: its values are another series.
    pub kind: LinkKind,
}

impl Catalogue {
    /// What pointed to a measure of frameworks in each generation; a contract's own has none.
    pub fn across(&self, measure: &str) -> Option<Across<'_>> {
        let found = self.shared_measure(measure)?;
        let own = self.following(measure);
        let mut pointers = Vec::new();
        for &(framework, indicator) in &own {
            let is_revised = indicator.links.iter().any(|link| {
                let is_own = own.iter().any(|other| points_to(link, *other));
                link.kind == LinkKind::Revised && is_own
            });
            let kind = if is_revised {
                LinkKind::Revised
            } else {
                LinkKind::Same
            };
            pointers.push(Pointer {
                framework,
                indicator,
                kind,
            });
        }
        pointers.extend(self.akin(&own));
        Some(Across {
            measure: found,
            pointers,
        })
    }

    /// The indicators linked as akin to one of those, whichever of the two says so.
    fn akin<'a>(&'a self, own: &[(&'a Framework, &'a Indicator)]) -> Vec<Pointer<'a>> {
        let is_own = |framework: &Framework, indicator: &Indicator| {
            let mut same = own.iter();
            same.any(|(f, i)| f.code == framework.code && i.key == indicator.key)
        };
        let mut akin = Vec::new();
        for edited in self.frameworks() {
            let framework = &edited.framework;
            for indicator in &framework.indicators {
                let related = |link: &&Link| link.kind == LinkKind::Related;
                let mut said = indicator.links.iter().filter(related);
                let says = said.any(|link| own.iter().any(|other| points_to(link, *other)));
                let is_told = own.iter().any(|(_, other)| {
                    let mut told = other.links.iter().filter(related);
                    told.any(|link| points_to(link, (framework, indicator)))
                });
                if (says || is_told) && !is_own(framework, indicator) {
                    akin.push(Pointer {
                        framework,
                        indicator,
                        kind: LinkKind::Related,
                    });
                }
            }
        }
        akin
    }
}

fn points_to(link: &Link, (framework, indicator): (&Framework, &Indicator)) -> bool {
    link.framework == framework.code && link.indicator == indicator.key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framework(code: &str, starts: i16, indicators: Vec<Indicator>) -> Framework {
        Framework {
            code: code.to_owned(),
            starts,
            indicators,
            ..Framework::default()
        }
    }

    fn indicator(key: &str, measure: &str, link: Option<(&str, &str, LinkKind)>) -> Indicator {
        let link = link.map(|(framework, indicator, kind)| Link {
            framework: framework.to_owned(),
            indicator: indicator.to_owned(),
            kind,
            reason: None,
        });
        Indicator {
            key: key.to_owned(),
            measures: vec![measure.to_owned()],
            links: link.into_iter().collect(),
            ..Indicator::default()
        }
    }

    #[test]
    fn each_generation_says_how_it_points_to_the_measure() {
        let mut old = framework(
            "g1",
            2015,
            vec![indicator("a", "m", None), indicator("z", "n", None)],
        );
        old.measures = ["m", "n"]
            .map(|code| Measure {
                code: code.to_owned(),
                ..Measure::default()
            })
            .to_vec();
        let same = indicator("b", "m", Some(("g1", "a", LinkKind::Same)));
        let revised = indicator("c", "m", Some(("g2", "b", LinkKind::Revised)));
        let akin = indicator("d", "n", Some(("g2", "b", LinkKind::Related)));
        let catalogue = Catalogue::of([
            old,
            framework("g2", 2019, vec![same]),
            framework("g3", 2024, vec![revised, akin]),
        ]);
        let told = |measure: &str| -> Vec<(String, LinkKind)> {
            let across = catalogue.across(measure).unwrap();
            let pointers = across.pointers.iter();
            pointers
                .map(|p| (p.indicator.key.clone(), p.kind))
                .collect()
        };
        let is = |key: &str, kind| (key.to_owned(), kind);
        assert_eq!(
            told("m"),
            [
                is("c", LinkKind::Revised),
                is("b", LinkKind::Same),
                is("a", LinkKind::Same),
                is("d", LinkKind::Related),
            ]
        );
        // The link is told from its other end as well.
        assert!(told("n").contains(&is("b", LinkKind::Related)));
        assert!(catalogue.across("absent").is_none());
    }
}
