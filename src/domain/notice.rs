//! Who at a door is told what, and in which words: few messages, each once.

use serde::{Deserialize, Serialize};

use super::event::DeliveryChange;
use super::language::Language;
use super::pin::Pin;
use super::task::{Contact, TaskState};
use super::text::Name;
use super::time::{Seconds, Timestamp};

/// From one try to the next; after the last one it is given up.
const RETRY: [Seconds; 4] = [Seconds(60), Seconds(300), Seconds(900), Seconds(3_600)];
/// What is older than this helps nobody any more.
const STALE: Seconds = Seconds(6 * 3_600);

/// What somebody is told about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// Picked up: with the link to follow it.
    OnTheWay,
    Delivered,
    NotDelivered,
}

impl Occasion {
    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::OnTheWay, Self::Delivered, Self::NotDelivered]
            .into_iter()
            .find(|one| one.name() == name)
    }

    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OnTheWay => "on_the_way",
            Self::Delivered => "delivered",
            Self::NotDelivered => "not_delivered",
        }
    }

    /// What a change of a delivery is an occasion for, at its doors. When it ends or turns round at one,
    /// others may have been served, or this one with all parcels but some.
    pub const fn of(change: DeliveryChange) -> &'static [Self] {
        match change {
            DeliveryChange::PickedUp => &[Self::OnTheWay],
            DeliveryChange::Delivered => &[Self::Delivered],
            DeliveryChange::Failed | DeliveryChange::Returning => {
                &[Self::NotDelivered, Self::Delivered]
            }
            DeliveryChange::Created
            | DeliveryChange::Asked
            | DeliveryChange::Accepted
            | DeliveryChange::Refused
            | DeliveryChange::Assigned
            | DeliveryChange::Unassigned
            | DeliveryChange::Updated
            | DeliveryChange::Returned
            | DeliveryChange::Cancelled => &[],
        }
    }

    /// Whether a door that is in this state is to be told.
    pub const fn concerns(self, door: &TaskState) -> bool {
        match (self, door) {
            (Self::OnTheWay, TaskState::Todo | TaskState::Doing { .. })
            | (Self::Delivered, TaskState::Done { .. })
            | (Self::NotDelivered, TaskState::Failed { .. } | TaskState::Cancelled { .. }) => true,
            (Self::OnTheWay | Self::Delivered | Self::NotDelivered, _) => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Email,
    Sms,
}

/// What can be sent here at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reachable {
    pub email: bool,
    pub sms: bool,
}

impl Reachable {
    /// By which channel somebody is told: by e-mail where that is possible, never by both.
    pub fn channel(self, contact: &Contact) -> Option<Channel> {
        if self.email && contact.email.is_some() {
            return Some(Channel::Email);
        }
        (self.sms && contact.phone.is_some()).then_some(Channel::Sms)
    }
}

/// How a try went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Sent,
    /// It may go better later.
    Later {
        error: String,
    },
    /// It will never go: the address is refused, or nobody is there to be told any more.
    Never {
        error: String,
    },
}

/// What becomes of a notice after a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Sent,
    Again { due_at: Timestamp },
    Dropped,
}

/// `attempts` counts this try, too.
pub fn fate(outcome: &Outcome, attempts: usize, made_at: Timestamp, now: Timestamp) -> Fate {
    match outcome {
        Outcome::Sent => Fate::Sent,
        Outcome::Never { .. } => Fate::Dropped,
        Outcome::Later { .. } => match RETRY.get(attempts.saturating_sub(1)) {
            Some(pause) if (now + *pause).since(made_at) < STALE => {
                Fate::Again { due_at: now + *pause }
            }
            _ => Fate::Dropped,
        },
    }
}

/// A notice in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub subject: String,
    pub text: String,
}

/// What is written. `link` is where the delivery can be followed, `pin` what the customer says at the
/// door; without one nothing is said of it.
pub fn letter(
    occasion: Occasion,
    language: Language,
    shop: &Name,
    coop: &str,
    link: Option<&str>,
    pin: Option<&Pin>,
) -> Letter {
    use Language::{English, French};
    let subject = match (occasion, language) {
        (Occasion::OnTheWay, English) => format!("Your delivery from {shop} is on its way"),
        (Occasion::OnTheWay, French) => format!("Votre livraison de {shop} est en route"),
        (Occasion::Delivered, English) => format!("Your delivery from {shop} has arrived"),
        (Occasion::Delivered, French) => format!("Votre livraison de {shop} est arrivée"),
        (Occasion::NotDelivered, English) => {
            format!("Your delivery from {shop} could not be made")
        }
        (Occasion::NotDelivered, French) => {
            format!("Votre livraison de {shop} n’a pas pu être remise")
        }
    };
    let follow = match (occasion, language) {
        (Occasion::OnTheWay, English) => "Follow it, or leave a word for the courier:",
        (Occasion::OnTheWay, French) => "Suivez-la, ou laissez un mot au coursier :",
        (Occasion::Delivered | Occasion::NotDelivered, English) => {
            "What happened, and whom to ask:"
        }
        (Occasion::Delivered | Occasion::NotDelivered, French) => {
            "Ce qui s’est passé, et à qui demander :"
        }
    };
    let mut text = format!("{subject}.\n");
    if let Some(link) = link {
        text += &format!("{follow}\n{link}\n");
    }
    if let Some(pin) = pin {
        let pin = pin.as_str();
        text += &match language {
            English => format!("Say this PIN to the courier at the door: {pin}\n"),
            French => format!("Donnez ce code au coursier à la porte : {pin}\n"),
        };
    }
    if !coop.is_empty() {
        text += &format!("\n{coop}\n");
    }
    Letter { subject, text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::Phone;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn later() -> Outcome {
        Outcome::Later { error: "no connection".to_owned() }
    }

    #[test]
    fn a_notice_is_tried_again_with_growing_pauses_and_then_given_up() {
        let again = |attempts| fate(&later(), attempts, NOW, NOW);
        assert_eq!(again(1), Fate::Again { due_at: NOW + Seconds(60) });
        assert_eq!(again(4), Fate::Again { due_at: NOW + Seconds(3_600) });
        assert_eq!(again(5), Fate::Dropped);
        assert_eq!(fate(&later(), 1, NOW - STALE, NOW), Fate::Dropped);
        let never = Outcome::Never { error: "no such user".to_owned() };
        assert_eq!(fate(&never, 1, NOW, NOW), Fate::Dropped);
        assert_eq!(fate(&Outcome::Sent, 9, NOW - STALE, NOW), Fate::Sent);
    }

    #[test]
    fn somebody_is_told_by_one_channel_and_by_one_that_is_there() {
        let both = Contact {
            name: None,
            phone: Some(Phone::new("+33 1").unwrap()),
            email: Some("ada@example.org".parse().unwrap()),
        };
        let phone = Contact { email: None, ..both.clone() };
        let all = Reachable { email: true, sms: true };
        assert_eq!(all.channel(&both), Some(Channel::Email));
        assert_eq!(all.channel(&phone), Some(Channel::Sms));
        assert_eq!(Reachable { email: false, ..all }.channel(&both), Some(Channel::Sms));
        assert_eq!(Reachable { sms: false, ..all }.channel(&phone), None);
        assert_eq!(Reachable::default().channel(&both), None);
    }

    #[test]
    fn a_letter_says_whose_delivery_it_is_and_where_to_follow_it() {
        let shop = Name::new("Boulangerie Paul").unwrap();
        let link = Some("https://coop.example/t/abc");
        for language in Language::ALL {
            let pin: Pin = "0417".parse().unwrap();
            let letter =
                letter(Occasion::OnTheWay, language, &shop, "Les Coursiers", link, Some(&pin));
            for part in ["Boulangerie Paul", "https://coop.example/t/abc", "Les Coursiers", "0417"]
            {
                assert!(letter.text.contains(part), "{letter:?}");
            }
        }
        let plain = letter(Occasion::Delivered, Language::English, &shop, "", None, None);
        assert_eq!(plain.text, "Your delivery from Boulangerie Paul has arrived.\n");
    }
}
