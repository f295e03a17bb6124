//! The laws of counts, at mid-p.

/// What a rate counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Law {
    /// A part of a whole: each of the cases is in or out.
    Binomial,
    /// Events, of which one case may have several.
    Poisson,
}

/// The variance from which the expansion stands for the exact law.
pub const ENOUGH_VARIANCE: f64 = 400.0;

/// Terms so small beside the largest change nothing.
const NEGLIGIBLE: f64 = 1e-17;

impl Law {
    /// The counts between which chance keeps all but `each_side` on either side. `deviations` is
    /// what leaves as much of a normal law.
    pub(super) fn limits(self, rate: f64, den: f64, each_side: f64, deviations: f64) -> (f64, f64) {
        let variance = self.variance(rate, den);
        let (low, high) = if variance <= 0.0 {
            (rate * den, rate * den)
        } else if variance >= ENOUGH_VARIANCE {
            self.expanded(rate, den, deviations)
        } else {
            self.exact(rate, den, each_side)
        };
        match self {
            Self::Binomial => (low.max(0.0), high.min(den)),
            Self::Poisson => (low.max(0.0), high),
        }
    }

    fn variance(self, rate: f64, den: f64) -> f64 {
        match self {
            Self::Binomial => rate * (1.0 - rate) * den,
            Self::Poisson => rate * den,
        }
    }

    /// The first terms of the Cornish-Fisher expansion: a normal law and its skewness.
    pub(super) fn expanded(self, rate: f64, den: f64, deviations: f64) -> (f64, f64) {
        let deviation = self.variance(rate, den).sqrt();
        let lean = match self {
            Self::Binomial => 1.0 - 2.0 * rate,
            Self::Poisson => 1.0,
        };
        let middle = rate * den + lean * (deviations * deviations - 1.0) / 6.0;
        (
            middle - deviations * deviation,
            middle + deviations * deviation,
        )
    }

    /// Where the mid-p distribution crosses both tails, straight between whole counts.
    fn exact(self, rate: f64, den: f64, each_side: f64) -> (f64, f64) {
        let (first, terms) = self.terms(rate, den);
        let total: f64 = terms.iter().sum();
        let mut before = 0.0;
        // At each count, what lies below it and half of itself.
        let middles: Vec<f64> = terms
            .iter()
            .map(|term| {
                let middle = (before + term / 2.0) / total;
                before += term;
                middle
            })
            .collect();
        let crossing = |share: f64| {
            let mut at = first;
            let mut last = None;
            for middle in &middles {
                if *middle >= share {
                    return match last {
                        Some(low) => at - 1.0 + (share - low) / (middle - low),
                        None => at,
                    };
                }
                last = Some(*middle);
                at += 1.0;
            }
            at - 1.0
        };
        (crossing(each_side), crossing(1.0 - each_side))
    }

    /// The first count that matters, and the weight of each from there, the likeliest being 1.
    fn terms(self, rate: f64, den: f64) -> (f64, Vec<f64>) {
        // From one count to the next.
        let growth = |count: f64| match self {
            Self::Binomial => (den - count) / (count + 1.0) * rate / (1.0 - rate),
            Self::Poisson => rate * den / (count + 1.0),
        };
        let mode = (rate * den).floor();
        let mut below = Vec::new();
        let (mut count, mut weight) = (mode, 1.0);
        while count > 0.0 {
            weight /= growth(count - 1.0);
            count -= 1.0;
            if weight < NEGLIGIBLE {
                break;
            }
            below.push(weight);
        }
        let first = below.iter().fold(mode, |first, _| first - 1.0);
        below.reverse();
        below.push(1.0);
        let (mut count, mut weight) = (mode, 1.0);
        loop {
            weight *= growth(count);
            count += 1.0;
            if weight < NEGLIGIBLE {
                break;
            }
            below.push(weight);
        }
        (first, below)
    }
}
