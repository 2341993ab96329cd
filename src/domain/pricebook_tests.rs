use super::*;

fn rule(name: &str, when: &str, charge: Charge) -> Rule {
    Rule { name: Name::new(name).unwrap(), when: Expression::new(when).unwrap(), charge }
}

fn book(strategy: Strategy, rules: Vec<Rule>) -> Book {
    let book = Book { strategy, rules, vat_basis_points: 2000 };
    book.check().unwrap();
    book
}

fn facts() -> Facts {
    Facts {
        distance_m: 4_200,
        weight_g: 7_500,
        parcels: 3,
        pickups: 1,
        dropoffs: 1,
        notice_s: 1_800,
        weekday: 6,
        minute: 12 * 60,
        kind: "restaurant".to_owned(),
        quantities: BTreeMap::from([("XL".to_owned(), 2)]),
        in_zones: BTreeSet::from(["centre".to_owned()]),
        ..Facts::default()
    }
}

const fn charge(form: Form, amount: i64, beyond: i64, step: i64) -> Charge {
    Charge { form, amount, beyond, step, basis_points: 0 }
}

const fn fixed(amount: i64) -> Charge {
    charge(Form::Fixed, amount, 0, 1)
}

const fn percent(basis_points: i64) -> Charge {
    Charge { form: Form::Percent, amount: 0, beyond: 0, step: 1, basis_points }
}

#[test]
fn the_first_rule_that_fits_is_the_price() {
    let book = book(
        Strategy::First,
        vec![
            rule("near", "distance_m < 3000 && weight_g < 5000", fixed(599)),
            rule("centre", "in_zone('centre')", fixed(750)),
            rule("else", "true", fixed(1200)),
        ],
    );
    let priced = book.price(&facts(), Currency::EUR).unwrap();
    assert_eq!((priced.price.amount, priced.vat.amount, priced.lines.len()), (750, 150, 1));
    let said: Vec<_> = priced.verdicts.iter().map(|v| (v.fits, v.why.as_str())).collect();
    assert_eq!(
        said,
        [(false, "distance_m = 4200, weight_g = 7500"), (true, "in_zone: centre"), (true, ""),]
    );
    assert!(priced.verdicts[2].amount.is_none());
}

#[test]
fn all_that_fit_are_added_in_order() {
    let distance = charge(Form::Distance, 100, 2_000, 1_000);
    let weight = charge(Form::Weight, 50, 5_000, 1_000);
    let book = book(
        Strategy::Sum,
        vec![
            rule("base", "true", fixed(400)),
            rule("way", "true", distance),
            rule("heavy", "weight_g > 5000", weight),
            rule("parcels", "quantity('XL') > 1", charge(Form::Parcels, 30, 1, 1)),
            rule("soon", "notice_s < 3600", percent(1000)),
            rule("night", "minute >= 20 * 60", fixed(999)),
            rule("weekend", "weekday >= 6 && kind == 'restaurant'", fixed(-10)),
        ],
    );
    let priced = book.price(&facts(), Currency::EUR).unwrap();
    let amounts: Vec<i64> = priced.lines.iter().map(|line| line.amount.amount).collect();
    // Three kilometres and three kilograms begun; a tenth of 400 + 300 + 150 + 60.
    assert_eq!(amounts, [400, 300, 150, 60, 91, -10]);
    assert_eq!(priced.price.amount, amounts.iter().sum::<i64>());
}

#[test]
fn no_rule_that_fits_is_no_price_and_never_zero() {
    let book = book(Strategy::Sum, vec![rule("near", "distance_m < 10", fixed(1))]);
    let none = book.price(&facts(), Currency::EUR).unwrap_err();
    assert_eq!(none.verdicts[0].why, "distance_m = 4200");
}

#[test]
fn a_rule_that_cannot_be_asked_does_not_fit_and_says_why() {
    let book = book(
        Strategy::Sum,
        vec![rule("typo", "kind < 3", fixed(1)), rule("number", "distance_m + 1", fixed(1))],
    );
    let none = book.price(&facts(), Currency::EUR).unwrap_err();
    assert!(!none.verdicts[0].why.is_empty());
    assert_eq!(none.verdicts[1].why, "the expression is neither true nor false");
}

#[test]
fn what_is_wrong_or_dear_to_ask_is_refused_when_it_is_written() {
    let deep = format!("{}true{}", "(".repeat(60), ")".repeat(60));
    for (when, word) in [
        ("distance < 3", "distance_m"),
        ("size(kind) > 3", "in_zone"),
        ("true &&", ""),
        ("[1, 2].all(x, x > 0)", "lists"),
        ("{'a': 1}.a == 1", "lists"),
        (deep.as_str(), "nested"),
    ] {
        let book = Book {
            strategy: Strategy::Sum,
            rules: vec![rule("r", when, fixed(1))],
            vat_basis_points: 0,
        };
        let error = book.check().unwrap_err();
        assert!(error.rule == Some(0) && error.what.contains(word), "{when}: {error}");
    }
    let step = charge(Form::Distance, 1, 0, 0);
    let with = |strategy, charge| Book {
        strategy,
        rules: vec![rule("r", "true", charge)],
        vat_basis_points: 0,
    };
    assert!(with(Strategy::Sum, step).check().is_err());
    assert!(with(Strategy::Sum, fixed(i64::MAX)).check().is_err());
    assert!(with(Strategy::Sum, charge(Form::Fixed, 1, 0, 9)).check().is_err());
    assert!(with(Strategy::First, percent(1)).check().is_err());
}
