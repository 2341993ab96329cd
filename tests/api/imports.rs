//! Tables of deliveries: what is right is made once, what is wrong is told by its line.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use paceline::exchange::table::{Format, Table};
use serde_json::{Value, json};

use crate::support::{Actor, Coop, text};

async fn hand_in(shop: &Actor, query: &str, table: Vec<u8>) -> Value {
    shop.post_bytes(&format!("/v1/imports{query}"), "text/csv", table).await.created()
}

/// What became of it, once no row waits.
async fn done(shop: &Actor, import: &Value) -> Value {
    let begun = Instant::now();
    loop {
        let now = shop.get(&format!("/v1/imports/{}", text(&import["id"]))).await.ok();
        if now["state"] == "done" {
            return now["rows"].clone();
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "{now}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn count(shop: &Actor) -> usize {
    let page = shop.get("/v1/deliveries?limit=200").await.ok();
    page["items"].as_array().expect("a list").len()
}

const TABLE: &str = "reference;dropoff.latlong;dropoff.address;dropoff.packages;dropoff.timeslot\n\
    A-1;48.8600,2.3600;5 Quai;box=2;2026-03-02 14:00-15:00\n\
    ;48.8610,2.3600;6 Quai;;\n\
    ;48.8610,2.3600;6 Quai;;\n\
    ;;;;\n\
    A-2;somewhere;7 Quai;box;\n\
    A-3;48.8620,2.3600;8 Quai;;2026-03-01 14:00-15:00\n";

#[tokio::test(flavor = "multi_thread")]
async fn the_right_rows_are_made_once_and_the_wrong_ones_told() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let dry = hand_in(&shop, "?dry_run=true", TABLE.into()).await;
    let rows = done(&shop, &dry).await;
    assert_eq!((&rows["valid"], &rows["failed"], count(&shop).await), (&json!(3), &json!(2), 0));
    let import = hand_in(&shop, "", TABLE.into()).await;
    let rows = done(&shop, &import).await;
    assert_eq!((&rows["created"], &rows["failed"], count(&shop).await), (&json!(3), &json!(2), 3));
    let path = format!("/v1/imports/{}", text(&import["id"]));
    let report = shop.get(&format!("{path}/rows?state=failed")).await.ok();
    let lines: Vec<(i64, Vec<&str>)> = report["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| {
            let faults = row["faults"].as_array().expect("a list").iter();
            let columns = faults.map(|fault| fault["column"].as_str().unwrap_or(""));
            (row["line"].as_i64().expect("a number"), columns.collect())
        })
        .collect();
    assert_eq!(lines, [(6, vec!["dropoff.latlong", "dropoff.packages"]), (7, vec![""])]);
    // The same table again makes nothing: neither of named rows nor of the two that are alike.
    let again = hand_in(&shop, "", TABLE.into()).await;
    let rows = done(&shop, &again).await;
    assert_eq!((&rows["known"], &rows["created"], count(&shop).await), (&json!(3), &json!(0), 3));
    // What failed comes back as a table to be mended.
    let failed = shop.get(&format!("{path}/failed")).await.status(200);
    assert_eq!(failed.header("content-type"), Some("text/csv; charset=utf-8"));
    let failed = Table::read(&failed.body).expect("a table");
    assert_eq!((failed.rows.len(), failed.columns.last().map(String::as_str)), (2, Some("error")));
    assert_eq!(failed.rows[0][0], "A-2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workbook_is_read_and_written_too() {
    let coop = Coop::start().await;
    let (shop, other) = (coop.merchant("Bistro").await, coop.merchant("Other").await);
    let table = Table::read(TABLE.as_bytes()).expect("a table");
    let book = table.write(Format::Xlsx).expect("a workbook");
    let import = hand_in(&shop, "", book).await;
    assert_eq!(done(&shop, &import).await["created"], 3);
    for format in ["csv", "xlsx"] {
        let path = format!("/v1/exports/deliveries?format={format}");
        let table = Table::read(&shop.get(&path).await.status(200).body).expect("a table");
        assert_eq!(table.rows.len(), 3, "{format}");
        assert!(table.rows.iter().any(|row| row.contains(&"A-1".to_owned())), "{table:?}");
        let none = Table::read(&other.get(&path).await.status(200).body).expect("a table");
        assert!(none.rows.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_table_of_deliveries_is_refused_with_a_reason() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    for (table, code, word) in [
        (b"nonsense,dropoff.latlong\n1,2\n".to_vec(), "unknown-column", "dropoff.address"),
        (b"PK\x03\x04broken".to_vec(), "invalid", "XLSX"),
        (Vec::new(), "invalid", "header"),
    ] {
        let refused = shop.post_bytes("/v1/imports", "text/csv", table).await;
        let problem = refused.problem(422, code);
        assert!(text(&problem["detail"]).contains(word), "{problem}");
    }
    let large = vec![b'x'; (8 << 20) + 1];
    shop.post_bytes("/v1/imports", "text/csv", large).await.problem(413, "too-large");
    shop.post_bytes("/v1/imports?nonsense=1", "text/csv", TABLE.into()).await.created();
}

/// A day of a large shop, one row in a hundred wrong: five hundred, or `PACELINE_IMPORT_ROWS`.
#[tokio::test(flavor = "multi_thread")]
async fn a_large_table_is_made_exactly() {
    let asked = std::env::var("PACELINE_IMPORT_ROWS").ok();
    let count: i64 = asked.map_or(500, |count| count.parse().expect("a number"));
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let mut table = String::from("reference,dropoff.latlong\n");
    for row in 0..count {
        let place = if row % 100 == 7 { "nowhere" } else { "48.86 2.36" };
        let _ = writeln!(table, "R-{row},{place}");
    }
    let begun = Instant::now();
    let import = hand_in(&shop, "", table.into_bytes()).await;
    let rows = done(&shop, &import).await;
    println!("{count} rows: {:?}", begun.elapsed());
    let wrong = count / 100;
    assert_eq!((&rows["created"], &rows["failed"]), (&json!(count - wrong), &json!(wrong)));
    let path = format!("/v1/imports/{}/rows?state=failed&limit=200", text(&import["id"]));
    let report = shop.get(&path).await.ok();
    let lines = report["items"].as_array().expect("a list").iter();
    let lines: Vec<i64> = lines.map(|row| row["line"].as_i64().expect("a number")).collect();
    let expected: Vec<i64> = (0..wrong).map(|hundred| hundred * 100 + 7 + 2).collect();
    assert_eq!(lines, expected);
}
