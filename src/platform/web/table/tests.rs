use super::*;
use proptest::prelude::*;

fn table(values: &[Option<i64>]) -> Table {
    let columns = vec![
        Column::words("region", "Région"),
        Column::numbers("valeur", "Valeur"),
    ];
    let mut table = Table::new("essai", "Essai", columns);
    let rows = (0_usize..).zip(values).map(|(n, value)| {
        let number = Datum::number(value.and_then(Decimal::from_int), 0);
        vec![Cell::text(format!("Région {n:03}")), number.into()]
    });
    table.rows = rows.collect();
    table
}

fn sorted(values: &[Option<i64>], by: &str) -> Vec<String> {
    let mut table = table(values);
    table.sort(&Address::of("/").and(SORT, by));
    table.rows.iter().map(|row| row[1].datum.french()).collect()
}

#[test]
fn columns_are_those_that_the_address_names() {
    let wide = || {
        let keys = ["region", "a", "b", "c"];
        let columns = keys.map(|key| Column::words(key, key.to_uppercase()));
        let mut table = Table::new("essai", "Essai", columns.to_vec()).headed_by(1);
        table.rows = vec![keys.map(|key| Cell::text(format!("valeur-{key}"))).to_vec()];
        table
    };
    let shown = |address: Address| {
        let page = wide().html(&address).into_string();
        ["region", "a", "b", "c"].map(|key| page.contains(&format!("valeur-{key}")))
    };
    assert_eq!(shown(Address::of("/")), [true; 4]);
    let some = Address::of("/").and(COLUMNS, "region").and(COLUMNS, "c");
    assert_eq!(shown(some), [true, true, false, true], "the heading stays");
    let listed = Address::of("/").and(COLUMNS, "b,c");
    assert_eq!(shown(listed), [false, true, true, true]);
    assert_eq!(shown(Address::of("/").and(COLUMNS, "autre")), [true; 4]);
    let page = wide().html(&Address::of("/x").and(COLUMNS, "b").and("tri", "a"));
    let page = page.into_string();
    for part in [
        "action=\"/x#table-essai\"",
        "name=\"tri\" value=\"a\"",
        "value=\"b\" checked",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("value=\"c\" checked"));
}

#[test]
fn what_says_what_a_row_is_about_stays() {
    let columns = vec![
        Column::words("code", "Code").staying(),
        Column::words("nom", "Nom"),
        Column::numbers("valeur", "Valeur"),
        Column::words("source", "Source"),
    ];
    let mut table = Table::new("essai", "Essai", columns).headed_by(1);
    table.rows = vec![["53", "Bretagne", "67", "DGS"].map(Cell::text).to_vec()];
    let keys = |table: &Table| {
        let keys = table.columns.iter().map(|column| column.key.to_string());
        keys.collect::<Vec<_>>()
    };
    let mut narrow = table.clone();
    narrow.narrow(&Address::of("/").and(COLUMNS, "source"));
    assert_eq!(keys(&narrow), ["code", "nom", "source"]);
    assert_eq!(narrow.rows[0].len(), 3);
    // Neither what stays nor what is unknown is a choice.
    for named in ["code", "nom", "autre"] {
        let mut whole = table.clone();
        whole.narrow(&Address::of("/").and(COLUMNS, named));
        assert_eq!(keys(&whole).len(), 4, "{named}");
    }
    let page = table.without(&["code", "source"]);
    assert_eq!(keys(&page), ["nom", "valeur"]);
    let html = page.html(&Address::of("/")).into_string();
    assert!(html.contains("<th scope=\"row\">Bretagne</th>"), "{html}");
}

#[test]
fn what_is_missing_comes_last_both_ways() {
    let values = [None, Some(2), Some(10), Some(-1)];
    assert_eq!(sorted(&values, "valeur"), ["−1", "2", "10", "–"]);
    assert_eq!(sorted(&values, "-valeur"), ["10", "2", "−1", "–"]);
    assert_eq!(sorted(&values, "couleur"), ["–", "2", "10", "−1"]);
}

#[test]
fn words_are_sorted_as_people_read_them() {
    let mut table = table(&[None; 3]);
    for (row, name) in table
        .rows
        .iter_mut()
        .zip(["Occitanie", "Île-de-France", "Grand Est"])
    {
        row[0] = Cell::text(name);
    }
    table.sort(&Address::of("/").and(SORT, "region"));
    let names: Vec<_> = table.rows.iter().map(|r| r[0].datum.french()).collect();
    assert_eq!(names, ["Grand Est", "Île-de-France", "Occitanie"]);
}

#[test]
fn a_heading_says_its_order_and_leads_to_the_other() {
    let address = Address::of("/p").and("q", "a").and(SORT, "-valeur");
    let page = table(&[Some(1), Some(2)]).html(&address).into_string();
    assert!(page.contains("aria-sort=\"descending\""), "{page}");
    assert!(
        page.contains("href=\"/p?q=a&amp;tri=valeur#table-essai\""),
        "{page}"
    );
    assert!(
        page.contains("href=\"/p?q=a&amp;tri=region#table-essai\""),
        "{page}"
    );
}

proptest! {
    #[test]
    fn sorting_keeps_every_row(values in prop::collection::vec(prop::option::of(-50_i64..50), 0..30)) {
        let mut before = sorted(&values, "");
        let mut after = sorted(&values, "-valeur");
        before.sort();
        after.sort();
        prop_assert_eq!(before, after);
    }
}
