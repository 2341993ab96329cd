//! What a courier's phone says while the app is closed: little, once, and not when it is too late.

use super::delivery::DeliveryState;
use super::event::{DeliveryChange, Event, RosterChange};
use super::language::Language;
use super::offer::OfferState;
use super::shift::absence::Verdict;
use super::time::{Seconds, Timestamp};

/// How long a word is worth hearing that does not say so itself.
const WORTH: Seconds = Seconds(3_600);

/// A few words on a locked phone. No name of a customer, and no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Knock {
    pub title: String,
    pub body: String,
    /// What a later one of the same kind takes the place of.
    pub tag: &'static str,
    /// When nobody needs to hear it any more.
    pub ends_at: Timestamp,
    /// Whether it is worth waking the phone for.
    pub urgent: bool,
}

/// The kinds of events of which [`knock`] makes something.
pub const KINDS: [&str; 9] = [
    "shift.corrected",
    "offer.made",
    "delivery.assigned",
    "delivery.cancelled",
    "shift.planned",
    "shift.cancelled",
    "swap.offered",
    "days_off.granted",
    "days_off.refused",
];

/// What an event is for the courier whom it concerns; `None` for what the phone need not say: what the
/// courier has just done, and what can wait until the app is open.
pub fn knock(event: &Event, language: Language, at: Timestamp) -> Option<Knock> {
    let said = |french: &str, english: &str| match language {
        Language::French => french.to_owned(),
        Language::English => english.to_owned(),
    };
    let word = |tag, title, body| Knock { title, body, tag, ends_at: at + WORTH, urgent: false };
    match event {
        Event::Offer { offer } if offer.state == OfferState::Live => {
            let terms = &offer.terms;
            let metres = (terms.approach_m.0 + terms.trip_m.0).max(0);
            let (km, tenth) = (metres / 1_000, metres % 1_000 / 100);
            let shops: Vec<&str> =
                terms.deliveries.iter().map(|one| one.merchant_name.as_str()).collect();
            let shops = shops.join(" + ");
            Some(Knock {
                title: said("Une course à prendre ?", "A delivery to take?"),
                body: match language {
                    Language::French => {
                        format!("{shops} : {km},{tenth} km, {} au moins", terms.pay)
                    }
                    Language::English => {
                        format!("{shops}: {km}.{tenth} km, {} at least", terms.pay)
                    }
                },
                tag: "offer",
                ends_at: offer.expires_at,
                urgent: true,
            })
        }
        Event::Delivery { change: DeliveryChange::Assigned, told } => match &told.delivery.state {
            DeliveryState::Assigned { holding } if holding.by_hand => Some(Knock {
                urgent: true,
                ..word(
                    "route",
                    said("Une course vous a été confiée", "You have been given a delivery"),
                    told.merchant_name.to_string(),
                )
            }),
            _ => None,
        },
        Event::Delivery { change: DeliveryChange::Cancelled, told } => Some(word(
            "route",
            said("Une course est annulée", "A delivery was called off"),
            told.merchant_name.to_string(),
        )),
        Event::Roster { change: RosterChange::Planned, .. } => Some(word(
            "shifts",
            said("Vous avez un nouveau service", "You have a new shift"),
            said("À voir sous « Services »", "See it under “Shifts”"),
        )),
        Event::Roster { change: RosterChange::Cancelled, reason, .. } => Some(word(
            "shifts",
            said("Un de vos services est annulé", "A shift of yours was cancelled"),
            reason.as_ref().map(ToString::to_string).unwrap_or_default(),
        )),
        Event::SwapOffered { .. } => Some(word(
            "shifts",
            said("Un service vous est proposé", "A colleague offers you a shift"),
            said("À voir sous « Services »", "See it under “Shifts”"),
        )),
        Event::DaysOffAnswered { verdict, .. } => Some(word(
            "days-off",
            match verdict {
                Verdict::Granted => said("Vos congés sont accordés", "Your days off were granted"),
                Verdict::Refused => said("Vos congés sont refusés", "Your days off were refused"),
            },
            said("À voir sous « Services »", "See it under “Shifts”"),
        )),
        Event::Hours { .. } => Some(word(
            "hours",
            said("Vos heures sont corrigées", "Your hours were corrected"),
            said("À voir sous « Services »", "See it under “Shifts”"),
        )),
        Event::Delivery { .. }
        | Event::Break { .. }
        | Event::Incident { .. }
        | Event::Tour { .. }
        | Event::Offer { .. }
        | Event::Shift { .. }
        | Event::Route { .. }
        | Event::Pay { .. }
        | Event::Automation { .. }
        | Event::StandingOrderSkipped { .. }
        | Event::WebhookDisabled { .. } => None,
    }
}
