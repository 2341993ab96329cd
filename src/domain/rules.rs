//! The members' rules as texts: which there are, and from when a changed one acts.

use sha2::{Digest, Sha256};

use super::time::{Seconds, Timestamp};

/// What the members vote on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Who is asked for what.
    Dispatch,
    /// What couriers earn.
    Tariff,
    /// What deliveries cost.
    Prices,
    /// How a price is shared.
    Split,
    /// What becomes of a surplus.
    Surplus,
    /// How shifts are given.
    Shifts,
}

impl Rule {
    pub const ALL: [Self; 6] =
        [Self::Dispatch, Self::Tariff, Self::Prices, Self::Split, Self::Surplus, Self::Shifts];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Dispatch => "dispatch",
            Self::Tariff => "tariff",
            Self::Prices => "prices",
            Self::Split => "split",
            Self::Surplus => "surplus",
            Self::Shifts => "shifts",
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.name() == name)
    }
}

/// A text for each rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts([String; Rule::ALL.len()]);

impl Texts {
    /// # Errors
    /// The first one of `find`'s.
    pub fn find<E>(mut find: impl FnMut(Rule) -> Result<String, E>) -> Result<Self, E> {
        let mut texts = Self(std::array::from_fn(|_| String::new()));
        for rule in Rule::ALL {
            texts.0[rule as usize] = find(rule)?;
        }
        Ok(texts)
    }

    pub fn of(&self, rule: Rule) -> &str {
        &self.0[rule as usize]
    }

    /// The same with another text for one of them.
    #[must_use]
    pub fn with(mut self, rule: Rule, text: String) -> Self {
        self.0[rule as usize] = text;
        self
    }
}

/// A text of a rule, from when it was known and from when it acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    pub text: String,
    pub announced_at: Timestamp,
    pub since: Timestamp,
}

impl Announced {
    /// What is announced when a rule shall say `wanted` from `now` on, at the end of the `notice`;
    /// `None` if that is known already. `last` was announced last, `in_force` acts now.
    ///
    /// The first text of a rule acts at once, and so does one that is in force anyway: it takes back
    /// what was announced after it.
    pub fn next(
        wanted: &str,
        last: Option<&Self>,
        in_force: Option<&Self>,
        now: Timestamp,
        notice: Seconds,
    ) -> Option<Self> {
        if last.is_some_and(|last| last.text == wanted) {
            return None;
        }
        let at_once = in_force.is_none_or(|one| one.text == wanted);
        let since = if at_once { now } else { now + notice };
        Some(Self { text: wanted.to_owned(), announced_at: now, since })
    }
}

/// The first 12 hexadecimal digits of the SHA-256 of a text.
pub fn version(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTICE: Seconds = Seconds(14 * 86_400);

    fn day(days: i64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000 + days * 86_400)
    }

    fn known(text: &str, announced: i64, since: i64) -> Announced {
        Announced { text: text.to_owned(), announced_at: day(announced), since: day(since) }
    }

    #[test]
    fn the_first_text_acts_at_once_and_a_changed_one_at_the_end_of_its_notice() {
        let one = Announced::next("one", None, None, day(0), NOTICE).unwrap();
        assert_eq!(one, known("one", 0, 0));
        assert_eq!(Announced::next("one", Some(&one), Some(&one), day(1), NOTICE), None);
        let two = Announced::next("two", Some(&one), Some(&one), day(1), NOTICE).unwrap();
        assert_eq!(two, known("two", 1, 15));
        // Who starts again meanwhile does not begin the notice anew.
        assert_eq!(Announced::next("two", Some(&two), Some(&one), day(2), NOTICE), None);
    }

    #[test]
    fn what_is_in_force_takes_back_at_once_what_was_announced() {
        let (one, two) = (known("one", 0, 0), known("two", 1, 15));
        let again = Announced::next("one", Some(&two), Some(&one), day(3), NOTICE);
        assert_eq!(again, Some(known("one", 3, 3)));
        let three = Announced::next("three", Some(&two), Some(&one), day(3), NOTICE);
        assert_eq!(three, Some(known("three", 3, 17)));
    }

    #[test]
    fn each_rule_has_a_text_of_its_own_and_a_name_to_find_it_by() {
        let texts = Texts::find(|rule| Ok::<_, ()>(rule.name().to_owned())).unwrap();
        let texts = texts.with(Rule::Split, "other".to_owned());
        for rule in Rule::ALL {
            assert_eq!(Rule::of_name(rule.name()), Some(rule));
            assert_eq!(texts.of(rule) == rule.name(), rule != Rule::Split);
        }
    }
}
