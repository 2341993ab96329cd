//! What a test order asks the robos of a sandbox to play: words in its instructions. Pure.

use std::collections::BTreeSet;

/// Something that goes otherwise than hoped, as on a real day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scene {
    /// The first couriers who are asked decline.
    Refusals,
    /// Nobody opens at the drop-off.
    NoShow,
    /// The goods are not ready when the courier comes for them.
    LateKitchen,
    /// The courier's positions stop on the way to the customer.
    LostGps,
}

impl Scene {
    const ALL: [Self; 4] = [Self::Refusals, Self::NoShow, Self::LateKitchen, Self::LostGps];

    /// The word that asks for it.
    const fn word(self) -> &'static str {
        match self {
            Self::Refusals => "sandbox:refusals",
            Self::NoShow => "sandbox:no-show",
            Self::LateKitchen => "sandbox:late-kitchen",
            Self::LostGps => "sandbox:lost-gps",
        }
    }
}

/// What one order asks for. Nothing: it is delivered without a hitch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script(BTreeSet<Scene>);

impl Script {
    /// Finds the words, wherever they stand between others. A word that is none of them asks for
    /// nothing.
    pub fn read(instructions: &str) -> Self {
        let inside = |c: char| c.is_alphanumeric() || c == ':' || c == '-';
        let words = instructions.split(|c| !inside(c));
        let scene =
            |word: &str| Scene::ALL.into_iter().find(|one| one.word().eq_ignore_ascii_case(word));
        Self(words.filter_map(scene).collect())
    }

    pub fn has(&self, scene: Scene) -> bool {
        self.0.contains(&scene)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_among_others_and_only_as_a_whole() {
        let asked = |text: &str| Script::read(text).0.into_iter().collect::<Vec<_>>();
        assert_eq!(asked("2nd floor, sandbox:no-show."), [Scene::NoShow]);
        assert_eq!(asked("SANDBOX:Lost-GPS\nsandbox:refusals"), [Scene::Refusals, Scene::LostGps]);
        assert_eq!(asked("(sandbox:late-kitchen)"), [Scene::LateKitchen]);
        for nothing in ["", "no-show", "sandbox:no-shows", "my-sandbox:no-show", "sandbox:eaten"] {
            assert_eq!(asked(nothing), [], "{nothing}");
        }
    }

    /// Each word in the page's table is one that is played, and none is missing.
    #[test]
    fn the_reference_names_every_word_and_no_other() {
        let page = include_str!("../../docs/reference/sandbox.md");
        let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
        let first = rows.filter_map(|row| Some(row.split_once('`')?.0));
        let named: Vec<&str> = first.filter(|word| word.starts_with("sandbox:")).collect();
        assert_eq!(named, Scene::ALL.map(Scene::word));
    }
}
