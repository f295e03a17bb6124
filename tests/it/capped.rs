//! Files of the history that stop before its end: they say so, and where to go on.

use jalon::args;
use sqlx::AssertSqlSafe;

use crate::on_both_engines;
use crate::rights::last_change;
use crate::support::Bench;

/// One more than a file holds.
const MANY: i64 = 5_001;

/// Writes so many changes of one entry, past the stores, and as many accesses, a second apart.
async fn fill(bench: &Bench) {
    let (base, at) = (last_change(bench).await, bench.clock.now());
    let mut tx = bench.db.write().await.unwrap();
    let new_id = if tx.is_sqlite() {
        "randomblob(16)"
    } else {
        "gen_random_uuid()"
    };
    let numbers = format!(
        "with recursive n (i) as (select 1 union all select i + 1 from n where i < {MANY})"
    );
    for (sql, values) in [
        (
            format!(
                "insert into change (no, at, kind, prev, hash) {numbers}
                 select $1 + n.i, $2 + n.i * cast(1000000 as bigint), 'test', c.prev, c.hash
                 from n, (select prev, hash from change order by no limit 1) c"
            ),
            args![base, at],
        ),
        (
            format!(
                "insert into entry (change_no, seq, thing_id, verb, after_state) {numbers}
                 select $1 + n.i, 0, t.id, 'edit', '{{}}'
                 from n, (select id from thing order by id limit 1) t"
            ),
            args![base],
        ),
        (
            format!(
                "insert into access_event (id, at, kind, done) {numbers}
                 select {new_id}, $1 + n.i * cast(1000000 as bigint), 'refused', false from n"
            ),
            args![at],
        ),
    ] {
        tx.run(AssertSqlSafe(sql), values).await.unwrap();
    }
    tx.commit().await.unwrap();
}

on_both_engines! {
    async fn a_file_longer_than_its_cap_says_where_it_stops(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        site.sign_in().await;
        for (table, page) in [("journal", "/journal"), ("acces", "/journal/acces")] {
            let whole = site.get(&format!("/tables/{table}.csv")).await.body;
            assert!(!whole.contains("s’arrête ici"), "{table}: {whole}");
            let page = site.get(page).await.body;
            assert!(page.contains("Un fichier s’arrête à 5\u{202f}000 lignes"), "{page}");
        }
        fill(&bench).await;
        let day = bench.clock.today().strftime("%d/%m/%Y").to_string();
        for table in ["journal", "acces"] {
            // In whatever order and columns, it is the last row.
            for asked in ["", "?tri=jour", "?tri=-qui&colonnes=qui,jour"] {
                let file = site.get(&format!("/tables/{table}.csv{asked}")).await.body;
                let lines: Vec<&str> = file.lines().collect();
                assert_eq!(lines.len(), 1 + 5_000 + 1, "{table}{asked}");
                let last = lines.last().unwrap();
                assert!(last.contains("Ce fichier s’arrête ici") && last.contains(&day), "{table}{asked}: {last}");
            }
            // Narrowed, it is whole.
            let narrow = site.get(&format!("/tables/{table}.csv?genre=rien-de-tel&qui=personne-ainsi")).await.body;
            assert!(!narrow.contains("s’arrête ici"), "{narrow}");
        }
    }
}
