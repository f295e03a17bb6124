//! The board in another order, or with some of its objectives only. Pure.

use std::cmp::Ordering;

use super::{Board, Row, Tally};

/// By what the regions are put in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// By name.
    Name,
    /// By the share of targets reached over all the objectives shown, the highest first.
    Reached,
    /// By how many targets are to be acted upon, the most first.
    Alarming,
    /// By how many values of the year are late, the most first.
    Late,
    /// By the share of targets reached in the objective of that key, the highest first.
    Objective(String),
}

impl Board {
    /// The same with those objectives only, all of them where none is named, its regions in that
    /// order. Regions without anything to be ordered by come last; equals keep the order of names.
    #[must_use]
    pub fn arranged(&self, order: &Order, objectives: &[&str]) -> Self {
        let mut board = self.with(objectives);
        let at = |key: &str| board.objectives.iter().position(|node| node.key == key);
        match order {
            Order::Name => {}
            Order::Reached => board.rows.sort_by(|a, b| by_share(a.total(), b.total())),
            Order::Alarming => board.rows.sort_by_key(|row| most(row, |sum| sum.alarming)),
            Order::Late => board.rows.sort_by_key(|row| most(row, |sum| sum.late)),
            Order::Objective(key) => {
                if let Some(at) = at(key) {
                    let of = |row: &Row| row.tallies.get(at).copied().unwrap_or_default();
                    board.rows.sort_by(|a, b| by_share(of(a), of(b)));
                }
            }
        }
        board
    }

    fn with(&self, objectives: &[&str]) -> Self {
        let mut board = self.clone();
        let all = self.objectives.iter();
        let kept: Vec<bool> = all.map(|n| objectives.contains(&n.key.as_str())).collect();
        if !kept.contains(&true) {
            return board;
        }
        let mut at = kept.iter();
        board.objectives.retain(|_| at.next() == Some(&true));
        for row in &mut board.rows {
            let mut at = kept.iter();
            row.tallies.retain(|_| at.next() == Some(&true));
        }
        board
    }
}

/// The highest share first, exactly; then what cannot be judged.
fn by_share(a: Tally, b: Tally) -> Ordering {
    match (a.judged, b.judged) {
        (0, 0) => Ordering::Equal,
        (0, _) => Ordering::Greater,
        (_, 0) => Ordering::Less,
        _ => (b.reached * a.judged).cmp(&(a.reached * b.judged)),
    }
}

/// For the most first.
fn most(row: &Row, count: fn(Tally) -> usize) -> (bool, std::cmp::Reverse<usize>) {
    (
        row.contract.is_none(),
        std::cmp::Reverse(count(row.total())),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::board::Covering;
    use crate::frameworks::Node;

    fn tally(reached: usize, judged: usize, late: usize) -> Tally {
        Tally {
            judged,
            reached,
            late,
            ..Tally::default()
        }
    }

    fn row(name: &str, tallies: Vec<Tally>) -> Row {
        Row {
            code: name.to_owned(),
            name: name.to_owned(),
            contract: Some(Covering {
                slug: name.to_owned(),
                section: None,
                fictional: true,
            }),
            tallies,
        }
    }

    fn board() -> Board {
        let node = |key: &str| Node {
            key: key.to_owned(),
            ..Node::default()
        };
        Board {
            framework: "c".to_owned(),
            title: "C".to_owned(),
            year: 2025,
            objectives: vec![node("1"), node("2")],
            rows: vec![
                row("Bretagne", vec![tally(1, 2, 0), tally(3, 3, 0)]),
                row("Corse", vec![tally(0, 0, 2), tally(0, 0, 1)]),
                row("Normandie", vec![tally(2, 3, 1), tally(0, 3, 0)]),
            ],
        }
    }

    fn names(board: &Board) -> Vec<&str> {
        board.rows.iter().map(|row| row.name.as_str()).collect()
    }

    #[test]
    fn regions_follow_what_they_are_ordered_by() {
        let order = |order: Order, keys: &[&str]| names(&board().arranged(&order, keys)).join(" ");
        assert_eq!(order(Order::Name, &[]), "Bretagne Corse Normandie");
        assert_eq!(order(Order::Reached, &[]), "Bretagne Normandie Corse");
        assert_eq!(order(Order::Late, &[]), "Corse Normandie Bretagne");
        let first = Order::Objective("1".to_owned());
        assert_eq!(order(first, &[]), "Normandie Bretagne Corse");
        assert_eq!(order(Order::Reached, &["1"]), "Normandie Bretagne Corse");
        let unknown = Order::Objective("9".to_owned());
        assert_eq!(order(unknown, &[]), "Bretagne Corse Normandie");
    }

    #[test]
    fn some_objectives_keep_their_own_tallies() {
        let kept = board().arranged(&Order::Name, &["2"]);
        assert_eq!(kept.objectives.len(), 1);
        assert_eq!(kept.rows[2].tallies, [tally(0, 3, 0)]);
        assert_eq!(kept.total().judged, 6);
        let none = board().arranged(&Order::Name, &["9"]);
        assert_eq!(none.objectives.len(), 2, "a name that is none asks nothing");
    }
}
