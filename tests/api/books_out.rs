//! The books as accountants get them. Each file is read by something that shares no code with what
//! wrote it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::{Value, json};

use crate::pay_runs::{creditor, deliver};
use crate::support::{Actor, Coop, text};

/// A co-op in which a bit of everything was booked, on both sides of a midnight in Paris.
async fn busy_coop() -> (Coop, Actor) {
    let coop = Coop::start().await;
    let (shop, ada) = (coop.merchant("Bistro").await, coop.user("treasurer").await);
    let alice = creditor(&coop, &shop, "Alice", "DE89370400440532013000").await;
    // 23:30 in Greenwich.
    coop.pass(11 * 3600 + 1800);
    let tipped = deliver(&coop, &shop, &alice).await;
    let tip = format!("/v1/deliveries/{}/tip", text(&tipped["id"]));
    shop.post(&tip, json!({ "amount": 250, "currency": "EUR" })).await.ok();
    let run = ada.post("/v1/pay-runs", json!({})).await.created();
    ada.post(&format!("/v1/pay-runs/{}/confirm", text(&run["id"])), json!({})).await.ok();
    deliver(&coop, &shop, &alice).await;
    alice.post("/v1/me/shift/stop", json!({})).await.ok();
    coop.pass(3600);
    (coop, ada)
}

/// Balances by account's code, in cents, as the server sees them.
async fn trial_balance(treasurer: &Actor) -> BTreeMap<String, i64> {
    let books = treasurer.get("/v1/ledger/trial-balance").await.ok();
    let accounts = books["accounts"].as_array().expect("accounts").iter();
    let balance = |one: &Value| (text(&one["code"]).to_owned(), one["balance"].as_i64().unwrap());
    accounts.map(balance).filter(|(_, balance)| *balance != 0).collect()
}

async fn download(treasurer: &Actor, path: &str) -> (String, String) {
    let reply = treasurer.get(path).await.status(200);
    let name = reply.header("content-disposition").expect("a name").to_owned();
    (String::from_utf8(reply.body).expect("text"), name)
}

/// `12,05` or `12.05` in cents.
fn cents(amount: &str, mark: char) -> i64 {
    let (sign, digits) = amount.strip_prefix('-').map_or((1, amount), |digits| (-1, digits));
    let (whole, part) = digits.split_once(mark).unwrap_or_else(|| panic!("`{amount}`"));
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    assert!(plain(whole) && part.len() == 2 && plain(part), "`{amount}`");
    assert!(whole == "0" || !whole.starts_with('0'), "`{amount}`");
    sign * (whole.parse::<i64>().unwrap() * 100 + part.parse::<i64>().unwrap())
}

/// A line of the file, by column.
type Line<'a> = BTreeMap<&'a str, &'a str>;

/// What "Test Compta Demat" of the French administration looks at: the form of article A47 A-1, VII.
/// Gives the lines.
fn by_the_rules_of_the_tax_office(file: &str) -> Vec<Line<'_>> {
    const COLUMNS: &str = "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|\
        CompAuxNum|CompAuxLib|PieceRef|PieceDate|EcritureLib|Debit|Credit|EcritureLet|DateLet|\
        ValidDate|Montantdevise|Idevise";
    const MAY_BE_EMPTY: [&str; 6] =
        ["CompAuxNum", "CompAuxLib", "EcritureLet", "DateLet", "Montantdevise", "Idevise"];
    assert!(file.is_ascii(), "in each of the character sets that are allowed");
    assert!(!file.contains("\r\n\r\n") && !file.contains('"'));
    let mut rows = file.strip_suffix("\r\n").expect("the last line ends, too").split("\r\n");
    let columns: Vec<&str> = rows.next().expect("a header").split('\t').collect();
    assert_eq!(columns.join("|"), COLUMNS);
    let date = |text: &str| {
        let day = day_of(text);
        assert!(day.is_some(), "`{text}` is no day");
        text.to_owned()
    };
    let mut lines = Vec::new();
    let (mut last, mut last_date) = (0, String::new());
    let mut sums: BTreeMap<u64, i64> = BTreeMap::new();
    let mut heads: BTreeMap<u64, Vec<&str>> = BTreeMap::new();
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    for row in rows {
        let cells: Vec<&str> = row.split('\t').collect();
        assert_eq!(cells.len(), 18, "{row}");
        let line: Line = columns.iter().copied().zip(cells).collect();
        for (column, cell) in &line {
            assert!(MAY_BE_EMPTY.contains(column) || !cell.trim().is_empty(), "{column}: {row}");
            assert_eq!(cell.trim(), *cell, "{column}: {row}");
        }
        assert_eq!(line["CompAuxNum"].is_empty(), line["CompAuxLib"].is_empty(), "{row}");
        assert_eq!(line["EcritureLet"].is_empty(), line["DateLet"].is_empty(), "{row}");
        assert_eq!(line["Montantdevise"].is_empty(), line["Idevise"].is_empty(), "{row}");
        let chart = &line["CompteNum"];
        assert!(chart.len() >= 3 && chart.bytes().take(3).all(|byte| byte.is_ascii_digit()));
        assert!(matches!(chart.as_bytes()[0], b'1'..=b'7'), "a class of the chart: {row}");
        for (code, name) in [("CompteNum", "CompteLib"), ("JournalCode", "JournalLib")] {
            let known = *names.entry(line[code]).or_insert(line[name]);
            assert_eq!(known, line[name], "one name for {}", line[code]);
        }
        let (booked, piece, valid) =
            (date(line["EcritureDate"]), date(line["PieceDate"]), date(line["ValidDate"]));
        assert!(piece <= booked && booked <= valid, "{row}");
        assert!(last_date <= booked, "in the order of the days: {row}");
        last_date = booked;
        let number: u64 = line["EcritureNum"].parse().expect("a number");
        assert!(number == last || number == last + 1, "after {last} comes {number}");
        last = number;
        let (debit, credit) = (cents(line["Debit"], ','), cents(line["Credit"], ','));
        assert!(debit >= 0 && credit >= 0 && (debit == 0) != (credit == 0), "{row}");
        *sums.entry(number).or_default() += debit - credit;
        let head = ["JournalCode", "EcritureDate", "PieceRef", "EcritureLib", "ValidDate"];
        let head: Vec<&str> = head.iter().map(|column| line[column]).collect();
        assert_eq!(heads.entry(number).or_insert_with(|| head.clone()), &head, "one entry: {row}");
        lines.push(line);
    }
    assert!(sums.values().all(|sum| *sum == 0), "debit is credit: {sums:?}");
    assert_eq!(sums.keys().copied().collect::<Vec<_>>(), (1..=last).collect::<Vec<_>>());
    lines
}

/// Year, month and day of `20260302`, if there is such a day.
fn day_of(text: &str) -> Option<(u32, u32, u32)> {
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<u32>().ok());
    let (year, month) = (number(text.get(..4))?, number(text.get(4..6))?);
    let day = number(text.get(6..))?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (text.len() == 8 && (1..=days).contains(&day)).then_some((year, month, day))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_for_the_tax_office_is_as_its_article_asks_and_says_what_the_books_say() {
    let (coop, ada) = busy_coop().await;
    let (file, name) = download(&ada, "/v1/ledger/fec").await;
    assert_eq!(name, "attachment; filename=\"732829320FEC20261231.txt\"");
    let lines = by_the_rules_of_the_tax_office(&file);
    // By account: an owner's by its code, the co-op's own by its number.
    let codes = BTreeMap::from([
        ("706000", "coop:revenue"),
        ("706100", "coop:operations"),
        ("641000", "coop:operations"),
        ("467200", "coop:mutual-fund"),
        ("445710", "coop:vat"),
        ("512000", "coop:bank"),
    ]);
    let mut balances: BTreeMap<String, i64> = BTreeMap::new();
    for line in &lines {
        let account = match line["CompAuxLib"] {
            "" => codes[line["CompteNum"]],
            code => code,
        };
        let gained = cents(line["Credit"], ',') - cents(line["Debit"], ',');
        *balances.entry(account.to_owned()).or_default() += gained;
    }
    balances.retain(|_, balance| *balance != 0);
    assert_eq!(balances, trial_balance(&ada).await);
    let journals: BTreeSet<&str> = lines.iter().map(|line| line["JournalCode"]).collect();
    assert_eq!(journals, BTreeSet::from(["BQ", "PA", "VE"]));

    // Two years that meet at midnight in Paris, which is an hour before that of Greenwich.
    let days: BTreeSet<&str> = lines.iter().map(|line| line["EcritureDate"]).collect();
    assert_eq!(days, BTreeSet::from(["20260302", "20260303"]));
    let (first, name) = download(&ada, "/v1/ledger/fec?to=2026-03-02").await;
    assert!(name.ends_with("FEC20260302.txt\""), "{name}");
    let (second, _) = download(&ada, "/v1/ledger/fec?from=2026-03-03&to=2026-12-31").await;
    let (first, second) =
        (by_the_rules_of_the_tax_office(&first), by_the_rules_of_the_tax_office(&second));
    assert!(!first.is_empty() && !second.is_empty());
    let entries = |lines: &[Line]| -> Vec<String> {
        lines.iter().map(|line| format!("{} {}", line["PieceRef"], line["CompteNum"])).collect()
    };
    assert_eq!([entries(&first), entries(&second)].concat(), entries(&lines));
    let (before, _) = download(&ada, "/v1/ledger/fec?to=2025-12-31").await;
    assert_eq!(by_the_rules_of_the_tax_office(&before).len(), 0);

    for query in ["from=2026-03-03&to=2026-03-02", "to=2026-13-01", "to=now", "year=2026"] {
        ada.get(&format!("/v1/ledger/fec?{query}")).await.problem(422, "invalid");
    }
    coop.sql(
        "SELECT ledger_post(gen_random_uuid(), 'dollars', 'price', '2026-03-03', '2026-03-03', NULL,
             '{}', 'USD', ARRAY['coop:reserve', 'merchant:00000000-0000-7000-8000-000000000001:receivable'],
             ARRAY['coop_reserve', 'merchant_receivable'],
             ARRAY[NULL, '00000000-0000-7000-8000-000000000001']::uuid[], ARRAY[5, -5]::bigint[])",
    )
    .await;
    ada.get("/v1/ledger/fec").await.problem(409, "not-euros");
    download(&ada, "/v1/ledger/fec?to=2026-03-02").await;
    let nameless = Coop::with(|config| config.coop.siren.clear()).await;
    nameless.user("treasurer").await.get("/v1/ledger/fec").await.problem(409, "no-siren");
}

/// More entries than are read at once, most of them of one instant.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_book_comes_whole_and_in_order() {
    let (coop, ada) = busy_coop().await;
    let (short, _) = download(&ada, "/v1/ledger/fec").await;
    coop.sql(
        "SELECT ledger_post(gen_random_uuid(), 'entry:' || n, 'price', '2026-03-02T12:00:00Z',
             '2026-03-02T12:00:00.000123Z', NULL, '{}', 'EUR',
             ARRAY['coop:revenue', 'merchant:00000000-0000-7000-8000-000000000001:receivable'],
             ARRAY['coop_revenue', 'merchant_receivable'],
             ARRAY[NULL, '00000000-0000-7000-8000-000000000001']::uuid[], ARRAY[n, -n]::bigint[])
         FROM generate_series(1, 2500) n",
    )
    .await;
    let (long, _) = download(&ada, "/v1/ledger/fec").await;
    let (lines, before) =
        (by_the_rules_of_the_tax_office(&long), by_the_rules_of_the_tax_office(&short));
    let entries = |lines: &[Line<'_>]| -> usize {
        lines.iter().map(|line| line["PieceRef"].to_owned()).collect::<BTreeSet<_>>().len()
    };
    assert_eq!(lines.len(), before.len() + 5000, "none twice");
    assert_eq!(entries(&lines), entries(&before) + 2500, "none left out");
    let (again, _) = download(&ada, "/v1/ledger/fec").await;
    assert_eq!(again, long);
    assert_eq!(download(&ada, "/v1/ledger/journal.csv").await.0.lines().count(), lines.len() + 1);
    hledger_agrees(&ada).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_programs_read_the_journal_and_come_to_the_same_balances() {
    let (_coop, ada) = busy_coop().await;
    hledger_agrees(&ada).await;
    let (table, name) = download(&ada, "/v1/ledger/journal.csv").await;
    assert_eq!(name, "attachment; filename=\"books.csv\"");
    let mut rows = table.lines();
    let head = "entry,recorded_at,occurred_at,kind,key,account,amount,currency";
    assert_eq!(rows.next(), Some(head));
    let mut balances: BTreeMap<String, i64> = BTreeMap::new();
    for row in rows {
        let cells: Vec<&str> = row.split(',').collect();
        assert_eq!((cells.len(), cells[7]), (8, "EUR"), "{row}");
        *balances.entry(cells[5].to_owned()).or_default() += cents(cells[6], '.');
    }
    balances.retain(|_, balance| *balance != 0);
    assert_eq!(balances, trial_balance(&ada).await);
    let (none, _) = download(&ada, "/v1/ledger/journal.csv?to=2026-03-01").await;
    assert_eq!(none.trim_end(), head);
    let (one_day, _) = download(&ada, "/v1/ledger/journal?from=2026-03-03&to=2026-03-03").await;
    assert!(one_day.contains("\n2026-03-03 * (ent_") && !one_day.contains("\n2026-03-02 *"));
}

/// hledger finds nothing wrong with the journal, and sums up to the trial balance.
async fn hledger_agrees(ada: &Actor) {
    let (journal, name) = download(ada, "/v1/ledger/journal").await;
    assert_eq!(name, "attachment; filename=\"books.journal\"");
    let file = std::env::temp_dir().join(format!("{}-{}.journal", ada.id, std::process::id()));
    std::fs::write(&file, &journal).expect("there is room for a file");
    let run = |args: &[&str]| Command::new("hledger").arg("-f").arg(&file).args(args).output();
    let checked = match run(&["check", "--strict"]) {
        Ok(output) => output,
        Err(error) => {
            eprintln!("SKIPPED, THE JOURNAL IS NOT READ BY hledger: {error}");
            return;
        }
    };
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let balance = run(&["balance", "--flat", "--no-total", "-O", "csv"]).expect("it has just run");
    let _ = std::fs::remove_file(&file);
    let table = String::from_utf8(balance.stdout).expect("UTF-8");
    let balances: BTreeMap<String, i64> = table
        .lines()
        .skip(1)
        .map(|row| {
            let row = row.trim_matches('"');
            let (account, amount) = row.split_once("\",\"").expect("two cells");
            // A debit is positive there.
            (account.to_owned(), -cents(amount.strip_suffix(" EUR").expect("euros"), '.'))
        })
        .collect();
    assert_eq!(balances, trial_balance(ada).await);
}
