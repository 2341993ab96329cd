//! What a courier knows how to do and not everybody does: short words that an admin gives.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Longest word.
const CHARS_MAX: usize = 30;
/// Most skills of a courier, and most that a shift asks for.
const SKILLS_MAX: usize = 20;

/// A word such as `cargo`, `cold-chain` or `keys`: lower-case letters, digits and hyphens.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", inline, extend("pattern" = "^[a-z0-9-]{1,30}$"))]
pub struct Skill(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SkillError {
    #[error("a skill is a word of lower-case letters, digits and hyphens, such as cold-chain")]
    Word,
    #[error("no more than {SKILLS_MAX} skills")]
    TooMany,
}

impl TryFrom<String> for Skill {
    type Error = SkillError;
    fn try_from(word: String) -> Result<Self, SkillError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let fits = (1..=CHARS_MAX).contains(&word.len()) && word.chars().all(plain);
        if fits { Ok(Self(word)) } else { Err(SkillError::Word) }
    }
}

impl From<Skill> for String {
    fn from(skill: Skill) -> Self {
        skill.0
    }
}

impl std::fmt::Display for Skill {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A few of them, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Vec<Skill>", into = "Vec<Skill>")]
#[schemars(with = "Vec<Skill>", inline, extend("maxItems" = SKILLS_MAX))]
pub struct Skills(BTreeSet<Skill>);

impl TryFrom<Vec<Skill>> for Skills {
    type Error = SkillError;
    fn try_from(skills: Vec<Skill>) -> Result<Self, SkillError> {
        if skills.len() > SKILLS_MAX {
            return Err(SkillError::TooMany);
        }
        Ok(Self(skills.into_iter().collect()))
    }
}

impl From<Skills> for Vec<Skill> {
    fn from(skills: Skills) -> Self {
        skills.0.into_iter().collect()
    }
}

impl Skills {
    /// The words, in order.
    pub fn words(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }

    /// The first of them that somebody lacks who has these.
    pub fn lacked_by<'a>(&'a self, has: &'a Self) -> Option<&'a Skill> {
        self.0.difference(&has.0).next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skill_is_a_short_word_and_each_counts_once() {
        let read = |text: &str| serde_json::from_str::<Skills>(text);
        let asked = read(r#"["keys", "cold-chain", "keys"]"#).unwrap();
        assert_eq!(asked.words(), ["cold-chain", "keys"]);
        for wrong in [r#"[""]"#, r#"["Keys"]"#, r#"["two words"]"#] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        let many: Vec<String> = (0..21).map(|n| format!("\"s{n}\"")).collect();
        assert!(read(&format!("[{}]", many.join(","))).is_err());
        assert_eq!(asked.lacked_by(&asked), None);
        let keys = read(r#"["keys"]"#).unwrap();
        assert_eq!(asked.lacked_by(&keys).unwrap().to_string(), "cold-chain");
        assert_eq!(keys.lacked_by(&asked), None);
    }
}
