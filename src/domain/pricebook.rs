//! A price book: rules that the co-op edits as data. What a rule is for is said in the Common
//! Expression Language (<https://cel.dev>); what it costs, in a few fixed forms of whole numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cel::{Context, Program, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::money::{Currency, Money, scale};
use super::pricing::Line;
use super::text::{Name, Text};

/// Most rules of a book.
pub const RULES_MAX: usize = 200;
/// Deepest nesting of brackets in an expression.
const DEPTH_MAX: usize = 16;
/// Largest amount in a rule, in minor units.
const AMOUNT_MAX: i64 = 10_000_000;

/// An expression's text.
pub type Expression = Text<500>;

/// The variables of an expression. `docs/reference/prices.md` explains them.
pub const VARIABLES: [&str; 11] = [
    "distance_m",
    "weight_g",
    "volume_ml",
    "parcels",
    "pickups",
    "dropoffs",
    "notice_s",
    "window_s",
    "weekday",
    "minute",
    "kind",
];
/// Its functions: `in_zone(name)` and `from_zone(name)` for every drop-off and every pickup,
/// `quantity(package name)`.
const FUNCTIONS: [&str; 3] = ["in_zone", "from_zone", "quantity"];

/// How the rules that fit make a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PriceStrategy")]
pub enum Strategy {
    /// The first one that fits is the price.
    First,
    /// All that fit are added up, in order.
    Sum,
}

/// What a rule counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ChargeForm")]
pub enum Form {
    /// `amount`, once.
    Fixed,
    /// `amount` for each `step` of metres begun beyond the first `beyond`.
    Distance,
    /// The same of grams.
    Weight,
    /// The same of parcels.
    Parcels,
    /// `basis_points` of what the rules before have made: 1000 is a tenth more, -500 a twentieth less.
    Percent,
}

/// What a rule costs. One flat shape for all forms, so that a fault in it has a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PriceCharge")]
pub struct Charge {
    pub form: Form,
    /// Minor units.
    #[serde(default)]
    #[schemars(range(min = -AMOUNT_MAX, max = AMOUNT_MAX))]
    pub amount: i64,
    #[serde(default)]
    #[schemars(range(min = 0))]
    pub beyond: i64,
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub step: i64,
    #[serde(default)]
    #[schemars(range(min = -10_000, max = 100_000))]
    pub basis_points: i64,
}

const fn one() -> i64 {
    1
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PriceRule")]
pub struct Rule {
    pub name: Name,
    /// When it fits.
    pub when: Expression,
    pub charge: Charge,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PriceBook")]
pub struct Book {
    pub strategy: Strategy,
    #[schemars(length(min = 1, max = RULES_MAX))]
    pub rules: Vec<Rule>,
    /// Value added tax on top of a price, in hundredths of a percent.
    #[serde(default)]
    #[schemars(range(min = 0, max = 10_000))]
    pub vat_basis_points: i64,
}

/// Why a book cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct BookError {
    /// Which rule, from 0; none where it is the book's.
    pub rule: Option<usize>,
    pub what: String,
}

/// What rules look at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Facts {
    pub distance_m: i64,
    pub weight_g: i64,
    pub volume_ml: i64,
    pub parcels: i64,
    pub pickups: i64,
    pub dropoffs: i64,
    /// From the order until the goods are ready.
    pub notice_s: i64,
    /// Length of the last drop-off's window; 0 without one.
    pub window_s: i64,
    /// 1 is Monday, where the co-op is, when the goods are ready.
    pub weekday: i64,
    /// Minutes since midnight, likewise.
    pub minute: i64,
    /// The merchant's: `restaurant`, `shop`, `producer`.
    pub kind: String,
    /// Parcels by name.
    pub quantities: BTreeMap<String, i64>,
    /// Zones in which every drop-off lies.
    pub in_zones: BTreeSet<String>,
    /// Zones in which every pickup lies.
    pub from_zones: BTreeSet<String>,
}

/// What a rule said of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "RuleVerdict")]
pub struct Verdict {
    pub rule: Name,
    pub when: Expression,
    pub fits: bool,
    /// The values it looked at, or why it could not be asked.
    pub why: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

/// A price and how it came about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Priced {
    pub price: Money,
    /// On top of the price.
    pub vat: Money,
    pub lines: Vec<Line>,
    pub verdicts: Vec<Verdict>,
}

/// No rule fits: there is no price, which is not the same as nothing to pay.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no rule of the price book fits this delivery; ask the co-op")]
pub struct NoPrice {
    pub verdicts: Vec<Verdict>,
}

impl Book {
    /// Checks all that can be wrong with a book before any delivery is priced with it.
    ///
    /// # Errors
    /// The first fault, with its rule.
    pub fn check(&self) -> Result<(), BookError> {
        let fault = |rule, what: &str| Err(BookError { rule, what: what.to_owned() });
        if self.rules.is_empty() || self.rules.len() > RULES_MAX {
            return fault(None, &format!("a book has between 1 and {RULES_MAX} rules"));
        }
        if !(0..=10_000).contains(&self.vat_basis_points) {
            return fault(None, "vat_basis_points lies between 0 and 10000");
        }
        for (number, rule) in self.rules.iter().enumerate() {
            compile(&rule.when).map_err(|what| BookError { rule: Some(number), what })?;
            if !rule.charge.is_sensible() {
                return fault(
                    Some(number),
                    "its charge has a number out of range, or one that its form does not use",
                );
            }
            let first_percent =
                self.strategy == Strategy::First && rule.charge.form == Form::Percent;
            if first_percent {
                return fault(
                    Some(number),
                    "where the first rule is the price, none is a percentage",
                );
            }
        }
        Ok(())
    }

    /// The price of a delivery, and what every rule said.
    ///
    /// # Errors
    /// [`NoPrice`] if no rule fits; what the rules said is in it.
    pub fn price(&self, facts: &Facts, currency: Currency) -> Result<Priced, NoPrice> {
        let mut sum = 0;
        let mut lines = Vec::new();
        let mut verdicts = Vec::new();
        for rule in &self.rules {
            let (fits, why) = rule.fits(facts);
            let counts = fits && (self.strategy == Strategy::Sum || lines.is_empty());
            let amount = counts.then(|| Money::new(rule.charge.of(facts, sum), currency));
            if let Some(amount) = amount {
                sum = i64::saturating_add(sum, amount.amount);
                lines.push(Line { code: rule.name.to_string(), amount });
            }
            let (rule, when) = (rule.name.clone(), rule.when.clone());
            verdicts.push(Verdict { rule, when, fits, why, amount });
        }
        if lines.is_empty() {
            return Err(NoPrice { verdicts });
        }
        // Discounts do not make a debt of the co-op's.
        let price = Money::new(sum.max(0), currency);
        let vat = Money::new(scale(price.amount, self.vat_basis_points, 10_000), currency);
        Ok(Priced { price, vat, lines, verdicts })
    }
}

impl Charge {
    /// Whether its numbers are in range, and those that its form does not use are left out.
    fn is_sensible(self) -> bool {
        let Self { form, amount, beyond, step, basis_points } = self;
        let amounts = (-AMOUNT_MAX..=AMOUNT_MAX).contains(&amount) && beyond >= 0 && step >= 1;
        let counts_nothing = beyond == 0 && step == 1;
        let percent = (-10_000..=100_000).contains(&basis_points);
        amounts
            && match form {
                Form::Fixed => counts_nothing && basis_points == 0,
                Form::Distance | Form::Weight | Form::Parcels => basis_points == 0,
                Form::Percent => counts_nothing && amount == 0 && percent,
            }
    }

    fn of(self, facts: &Facts, so_far: i64) -> i64 {
        let stepwise = |value: i64| {
            let rest = value.saturating_sub(self.beyond).max(0);
            let steps = rest / self.step + i64::from(rest % self.step > 0);
            self.amount.saturating_mul(steps)
        };
        match self.form {
            Form::Fixed => self.amount,
            Form::Distance => stepwise(facts.distance_m),
            Form::Weight => stepwise(facts.weight_g),
            Form::Parcels => stepwise(facts.parcels),
            Form::Percent => scale(so_far, self.basis_points, 10_000),
        }
    }
}

/// Reads an expression, within limits that keep asking it cheap: it has no lists, maps or loops, so
/// its cost grows with its length alone.
fn compile(text: &Expression) -> Result<Program, String> {
    let text = text.as_str();
    if text.contains(['[', ']', '{', '}']) {
        return Err("an expression has no lists and no maps".to_owned());
    }
    let mut depth = 0_usize;
    for character in text.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH_MAX {
            return Err(format!("brackets are nested more than {DEPTH_MAX} deep"));
        }
    }
    let program = Program::compile(text).map_err(|error| error.to_string())?;
    let used = program.references();
    if let Some(unknown) = used.variables().into_iter().find(|name| !VARIABLES.contains(name)) {
        let known = VARIABLES.join(", ");
        return Err(format!("there is no variable `{unknown}`; there are {known}"));
    }
    // Operators are functions too, with names that nobody can write: `_&&_`, `!_`, `@in`.
    let named = |name: &&str| name.starts_with(|c: char| c.is_ascii_alphabetic());
    let unknown = used.functions().into_iter().filter(named).find(|name| !FUNCTIONS.contains(name));
    if let Some(unknown) = unknown {
        let known = FUNCTIONS.join(", ");
        return Err(format!("there is no function `{unknown}`; there are {known}"));
    }
    drop(used);
    Ok(program)
}

impl Rule {
    /// Whether it fits, and the values that it looked at.
    fn fits(&self, facts: &Facts) -> (bool, String) {
        let program = match compile(&self.when) {
            Ok(program) => program,
            Err(error) => return (false, error),
        };
        let values = facts.values();
        let mut context = Context::default();
        for (name, value) in &values {
            context.add_variable_from_value(*name, value.clone());
        }
        let (in_zones, from_zones) = (facts.in_zones.clone(), facts.from_zones.clone());
        let quantities = facts.quantities.clone();
        let added = context
            .add_function("in_zone", move |name: Arc<String>| in_zones.contains(&*name))
            .and_then(|()| {
                context
                    .add_function("from_zone", move |name: Arc<String>| from_zones.contains(&*name))
            })
            .and_then(|()| {
                context.add_function("quantity", move |name: Arc<String>| {
                    quantities.get(&*name).copied().unwrap_or(0)
                })
            });
        if let Err(error) = added {
            return (false, error.to_string());
        }
        match program.execute(&context) {
            Ok(Value::Bool(fits)) => (fits, looked_at(&program, &values, facts)),
            Ok(_) => (false, "the expression is neither true nor false".to_owned()),
            Err(error) => (false, error.to_string()),
        }
    }
}

impl Facts {
    fn values(&self) -> BTreeMap<&'static str, Value> {
        BTreeMap::from([
            ("distance_m", Value::Int(self.distance_m)),
            ("weight_g", Value::Int(self.weight_g)),
            ("volume_ml", Value::Int(self.volume_ml)),
            ("parcels", Value::Int(self.parcels)),
            ("pickups", Value::Int(self.pickups)),
            ("dropoffs", Value::Int(self.dropoffs)),
            ("notice_s", Value::Int(self.notice_s)),
            ("window_s", Value::Int(self.window_s)),
            ("weekday", Value::Int(self.weekday)),
            ("minute", Value::Int(self.minute)),
            ("kind", Value::String(Arc::new(self.kind.clone()))),
        ])
    }
}

/// `distance_m = 3900, in_zone: centre`.
fn looked_at(program: &Program, values: &BTreeMap<&'static str, Value>, facts: &Facts) -> String {
    let used = program.references();
    let mut said: Vec<String> = Vec::new();
    for (name, value) in values {
        if used.variables().contains(name) {
            said.push(match value {
                Value::Int(number) => format!("{name} = {number}"),
                Value::String(text) => format!("{name} = {text}"),
                other => format!("{name} = {other:?}"),
            });
        }
    }
    let list = |names: &BTreeSet<String>| {
        if names.is_empty() {
            "none".to_owned()
        } else {
            names.iter().cloned().collect::<Vec<_>>().join(", ")
        }
    };
    for (function, names) in [("in_zone", &facts.in_zones), ("from_zone", &facts.from_zones)] {
        if used.functions().contains(&function) {
            said.push(format!("{function}: {}", list(names)));
        }
    }
    if used.functions().contains(&"quantity") {
        let counts = facts.quantities.iter().map(|(name, count)| format!("{count} {name}"));
        said.push(format!("quantity: {}", counts.collect::<Vec<_>>().join(", ")));
    }
    said.join(", ")
}

#[cfg(test)]
#[path = "pricebook_tests.rs"]
mod tests;
