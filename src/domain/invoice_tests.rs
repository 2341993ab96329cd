use super::*;
use crate::domain::ids::uuid_v7;
use crate::domain::split::{Split, SplitKey};
use proptest::prelude::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_seconds(1_800_000_000 + second)
}

fn entry(number: u8) -> EntryId {
    EntryId::from_uuid(uuid_v7(at(0), [number; 10]))
}

fn document(number: u8) -> InvoiceId {
    InvoiceId::from_uuid(uuid_v7(at(0), [number; 10]))
}

fn split(net: i64) -> Split {
    let key = SplitKey { version: "t".to_owned(), couriers: 72, coop: 25, mutual_fund: 3 };
    Split { net, vat_basis_points: 2000, key }
}

fn open(number: u8, net: i64, about: Option<(u8, Option<u8>)>) -> Open {
    let line = Line {
        entry_id: entry(number),
        kind: if net < 0 { LineKind::Credit } else { LineKind::Price },
        delivery_id: None,
        at: at(0),
        vat_basis_points: 2000,
        parts: split(net).parts(),
    };
    let about = about.map(|(of, on)| (entry(of), on.map(document)));
    Open { line, about }
}

fn invoice(number: u8, corrects: Option<u8>, gross: i64, due: i64) -> Invoice {
    Invoice {
        id: document(number),
        number: Number { year: 2027, number: i32::from(number) },
        merchant_id: MerchantId::from_uuid(uuid_v7(at(0), [9; 10])),
        corrects: corrects.map(document),
        from: None,
        to: at(0),
        issued_at: at(0),
        due_at: at(due * DAY_S),
        currency: Currency::EUR,
        seller: String::new(),
        buyer: String::new(),
        terms: String::new(),
        lines: 1,
        net: gross,
        vat: 0,
    }
}

#[test]
fn a_number_has_one_form() {
    assert_eq!(Number { year: 2026, number: 1 }.to_string(), "2026-00001");
    assert_eq!(Number { year: 2026, number: 123_456 }.to_string(), "2026-123456");
}

#[test]
fn a_month_ends_at_midnight_on_the_wall() {
    let paris = TimeZone::get("Europe/Paris").unwrap();
    let month = |text: &str| Month::try_from(text.to_owned());
    let march = month("2026-03").unwrap();
    assert_eq!(march.start(&paris).unwrap().to_string(), "2026-02-28T23:00:00.000Z");
    // The clocks have gone forward since.
    assert_eq!(march.end(&paris).unwrap().to_string(), "2026-03-31T22:00:00.000Z");
    assert_eq!(String::from(march), "2026-03");
    for wrong in ["2026", "2026-3", "2026-13", "2026-03-01", "", "99999-01", "1969-12"] {
        assert!(month(wrong).is_err(), "{wrong}");
    }
    let late = "2026-12-31T23:30:00Z".parse().unwrap();
    assert_eq!(year_of(late, &paris), 2027);
}

#[test]
fn what_is_given_back_goes_where_the_price_is() {
    let drafts = draw_up(vec![
        open(1, 600, None),
        // Of a line of the same invoice.
        open(2, -600, Some((1, None))),
        // Of a document that was issued.
        open(3, -100, Some((10, Some(4)))),
        open(4, -50, Some((11, Some(4)))),
        open(5, -70, Some((12, Some(3)))),
        // Of a line that is on no document: it waits.
        open(6, -10, Some((13, None))),
        // A credit that was taken back is charged again.
        open(7, 100, Some((14, Some(4)))),
    ]);
    let shape = |draft: &Draft| {
        let lines: Vec<EntryId> = draft.lines.iter().map(|line| line.entry_id).collect();
        (draft.corrects, lines)
    };
    let expected = [
        (None, vec![entry(1), entry(2), entry(7)]),
        (Some(document(3)), vec![entry(5)]),
        (Some(document(4)), vec![entry(3), entry(4)]),
    ];
    assert_eq!(drafts.iter().map(shape).collect::<Vec<_>>(), expected);
    assert_eq!(draw_up(Vec::new()), []);
}

#[test]
fn payments_go_to_the_oldest_and_credit_to_its_own_invoice() {
    let documents =
        [invoice(1, None, 1000, 30), invoice(2, None, 500, 30), invoice(3, Some(2), -200, 30)];
    let after = |paid| {
        let (settled, advance) = settle(&documents, paid);
        (settled.iter().map(|one| (one.state, one.open)).collect::<Vec<_>>(), advance)
    };
    use State::{Credit, Issued, Paid, PartPaid};
    assert_eq!(after(0), (vec![(Issued, 1000), (PartPaid, 300), (Credit, 0)], 0));
    assert_eq!(after(400), (vec![(PartPaid, 600), (PartPaid, 300), (Credit, 0)], 0));
    assert_eq!(after(1000), (vec![(Paid, 0), (PartPaid, 300), (Credit, 0)], 0));
    assert_eq!(after(1400), (vec![(Paid, 0), (Paid, 0), (Credit, 0)], 100));
    // More was given back than was open: it pays for the oldest.
    let more =
        [invoice(1, None, 1000, 30), invoice(2, None, 500, 30), invoice(3, Some(2), -700, 30)];
    assert_eq!(settle(&more, 0).0[0].open, 800);
}

#[test]
fn what_is_owed_is_sorted_by_age() {
    let documents = [
        invoice(1, None, 1, -200),
        invoice(2, None, 10, -70),
        invoice(3, None, 100, -31),
        invoice(4, None, 1000, -1),
        invoice(5, None, 10_000, 1),
    ];
    let expected = Ages {
        not_due: 10_000,
        days_1_to_30: 1000,
        days_31_to_60: 100,
        days_61_to_90: 10,
        days_over_90: 1,
        open: 11_111,
        advance: 0,
    };
    assert_eq!(ages(&documents, 0, at(0)), expected);
    assert_eq!(ages(&documents, 11, at(0)).days_61_to_90, 0);
}

proptest! {
    /// No cent of a document, a payment or a credit gets lost between the invoices.
    #[test]
    fn what_is_open_is_what_was_asked_for_without_what_was_paid(
        amounts in prop::collection::vec((-500i64..1000, 0u8..12), 0..12), paid in 0i64..5000,
    ) {
        let documents: Vec<Invoice> = (1u8..)
            .zip(&amounts)
            .map(|(number, (gross, of))| invoice(number, (*gross < 0).then_some(*of), *gross, 0))
            .collect();
        let (settled, advance) = settle(&documents, paid);
        let asked: i64 = documents.iter().map(Invoice::gross).sum();
        let open: i64 = settled.iter().map(|one| one.open).sum();
        prop_assert_eq!(open - advance, asked - paid);
        prop_assert!(settled.iter().all(|one| one.open >= 0) && advance >= 0);
        let ages = ages(&documents, paid, at(0));
        prop_assert_eq!((ages.open, ages.advance), (open, advance));
        prop_assert!(open == 0 || advance == 0);
    }

    /// The totals of a document are the sums of its lines, by rate and over all.
    #[test]
    fn totals_are_the_sums_of_the_lines(
        nets in prop::collection::vec((-10_000i64..10_000, 0i64..4), 0..40),
    ) {
        let lines: Vec<Line> = nets
            .iter()
            .map(|(net, rate)| {
                let vat_basis_points = 550 * rate;
                let parts = Split { vat_basis_points, ..split(*net) }.parts();
                Line { vat_basis_points, parts, ..open(1, 1, None).line }
            })
            .collect();
        let all = total(&lines);
        let rates = by_rate(&lines);
        prop_assert_eq!(all.net(), nets.iter().map(|(net, _)| net).sum::<i64>());
        prop_assert_eq!(all.gross(), rates.iter().map(|rate| rate.gross).sum::<i64>());
        prop_assert_eq!(all.vat, rates.iter().map(|rate| rate.parts.vat).sum::<i64>());
        prop_assert_eq!(all.gross(), lines.iter().map(|line| line.parts.gross()).sum::<i64>());
    }
}
