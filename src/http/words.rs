//! What customers read, in their language.

use actix_web::HttpRequest;
use actix_web::http::header;

pub use crate::domain::language::Language;
use crate::domain::time::Timestamp;
use crate::domain::tracking::Step;

impl Language {
    /// What a request asks for: by name (`?lang=`), else by its `Accept-Language`.
    pub fn asked(name: Option<&str>, request: &HttpRequest) -> Self {
        let header = request.headers().get(header::ACCEPT_LANGUAGE);
        let accepted = header.and_then(|value| value.to_str().ok()).unwrap_or("");
        name.and_then(Self::of_tag).unwrap_or_else(|| Self::preferred(accepted))
    }

    /// The best for an `Accept-Language` header (RFC 9110); English where it names none of ours.
    fn preferred(header: &str) -> Self {
        let mut best = (0, Self::English);
        for range in header.split(',').take(20) {
            let (tag, quality) = range.split_once(";q=").unwrap_or((range, "1"));
            // Thousandths, so that no float is compared.
            let digits = quality.trim().replace('.', "");
            let per_mille: u32 =
                format!("{digits:0<4}").get(..4).and_then(|q| q.parse().ok()).unwrap_or(0);
            if let Some(language) = Self::of_tag(tag)
                && per_mille > best.0
            {
                best = (per_mille, language);
            }
        }
        best.1
    }
}

/// The words of one language.
pub struct Words {
    pub language: Language,
    pub title: &'static str,
    pub from: &'static str,
    pub at: &'static str,
    pub between: &'static str,
    pub and: &'static str,
    pub map: &'static str,
    pub note: &'static str,
    pub send: &'static str,
    pub questions: &'static str,
    /// Before the number that is said at the door.
    pub pin: &'static str,
    pub gone_title: &'static str,
    pub gone: &'static str,
    /// Above everything else in a sandbox.
    pub test: &'static str,
}

impl Words {
    pub const fn of(language: Language) -> Self {
        match language {
            Language::French => Self {
                language,
                title: "Votre livraison",
                from: "De la part de",
                at: "à",
                between: "Entre",
                and: "et",
                map: "Le coursier par rapport à votre porte",
                note: "Un mot pour le coursier (code, étage…)",
                send: "Envoyer",
                questions: "Une question ?",
                pin: "Code à donner au coursier, une fois la commande en main :",
                gone_title: "Ce lien n’est plus valable",
                gone: "La livraison est terminée depuis un moment, ou l’adresse est incomplète.",
                test: "Essai : aucune vraie livraison n’est en route",
            },
            Language::English => Self {
                language,
                title: "Your delivery",
                from: "From",
                at: "at",
                between: "Between",
                and: "and",
                map: "The courier, as seen from your door",
                note: "A word for the courier (door code, floor…)",
                send: "Send",
                questions: "Any question?",
                pin: "PIN to say to the courier, once you have your order in your hands:",
                gone_title: "This link is no longer valid",
                gone: "The delivery ended a while ago, or the address is incomplete.",
                test: "Test: no real delivery is on its way",
            },
        }
    }

    pub const fn headline(&self, step: Step) -> &'static str {
        match (self.language, step) {
            (Language::French, Step::Waiting) => "Le commerçant n’a pas encore confirmé",
            (Language::French, Step::Preparing) => "Votre commande se prépare",
            (Language::French, Step::ToHub) => "Votre commande est en route vers notre relais",
            (Language::French, Step::AtHub) => {
                "Votre commande est à notre relais, et va en repartir"
            }
            (Language::French, Step::Delayed) => {
                "Votre commande a du retard, nous nous en occupons"
            }
            (Language::French, Step::OnTheRoad) => "Votre commande est en route",
            (Language::French, Step::Coming) => "Le coursier arrive chez vous",
            (Language::French, Step::Arrived) => "Le coursier est devant votre porte",
            (Language::French, Step::Delivered) => "Votre commande est livrée",
            (Language::French, Step::NotDelivered) => "Votre commande n’a pas pu être livrée",
            (Language::French, Step::GoingBack) => "Votre commande repart chez le commerçant",
            (Language::French, Step::Returned) => "Votre commande est revenue chez le commerçant",
            (Language::French, Step::Cancelled) => "Votre commande a été annulée",
            (Language::English, Step::Waiting) => "Your order is waiting for the shop",
            (Language::English, Step::Preparing) => "Your order is being prepared",
            (Language::English, Step::ToHub) => "Your order is on its way to our hub",
            (Language::English, Step::AtHub) => "Your order is at our hub, and goes on from there",
            (Language::English, Step::Delayed) => "Your order is delayed, and we are seeing to it",
            (Language::English, Step::OnTheRoad) => "Your order is on its way",
            (Language::English, Step::Coming) => "The courier is coming to you",
            (Language::English, Step::Arrived) => "The courier is at your door",
            (Language::English, Step::Delivered) => "Your order has been delivered",
            (Language::English, Step::NotDelivered) => "Your order could not be delivered",
            (Language::English, Step::GoingBack) => "Your order is going back to the shop",
            (Language::English, Step::Returned) => "Your order is back at the shop",
            (Language::English, Step::Cancelled) => "Your order was cancelled",
        }
    }

    /// So many parcels were not handed over.
    pub fn left_over(&self, parcels: usize) -> String {
        match (self.language, parcels) {
            (Language::French, 1) => "Un colis n’a pas été remis.".to_owned(),
            (Language::French, _) => format!("{parcels} colis n’ont pas été remis."),
            (Language::English, 1) => "One parcel was not handed over.".to_owned(),
            (Language::English, _) => format!("{parcels} parcels were not handed over."),
        }
    }

    /// The way of an order, and what of it is behind.
    pub fn steps(&self, step: Step) -> [(&'static str, bool); 3] {
        let names = match self.language {
            Language::French => ["Commandée", "En route", "Livrée"],
            Language::English => ["Ordered", "On its way", "Delivered"],
        };
        let reached = match step {
            Step::Waiting
            | Step::Preparing
            | Step::Delayed
            | Step::Cancelled
            | Step::NotDelivered
            | Step::GoingBack
            | Step::Returned => 1,
            Step::ToHub | Step::AtHub | Step::OnTheRoad | Step::Coming | Step::Arrived => 2,
            Step::Delivered => 3,
        };
        [(names[0], true), (names[1], reached > 1), (names[2], reached > 2)]
    }

    /// The time of day where the co-op is: `12:05`.
    pub fn clock(&self, at: Timestamp, zone: &str) -> String {
        let instant = jiff::Timestamp::from_millisecond(at.millis());
        let here = instant.and_then(|instant| instant.in_tz(zone));
        here.map_or_else(|_| at.to_string(), |here| here.strftime("%H:%M").to_string())
    }

    pub fn distance(&self, metres: i64) -> String {
        let (whole, tenth) = (metres / 1000, metres % 1000 / 100);
        match self.language {
            Language::French if metres >= 1000 => format!("à {whole},{tenth} km"),
            Language::French => format!("à {} m", metres / 50 * 50),
            Language::English if metres >= 1000 => format!("{whole}.{tenth} km away"),
            Language::English => format!("{} m away", metres / 50 * 50),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_of_what_is_accepted_is_spoken() {
        for (header, language) in [
            ("", Language::English),
            ("fr", Language::French),
            ("fr-CA,en;q=0.8", Language::French),
            ("en;q=0.5, fr;q=0.75", Language::French),
            ("de, it;q=0.9", Language::English),
            ("de, fr;q=0.1", Language::French),
            ("fr;q=0, en;q=0.1", Language::English),
        ] {
            assert_eq!(Language::preferred(header), language, "{header}");
        }
    }

    #[test]
    fn the_time_of_day_is_the_one_of_the_place() {
        let at: Timestamp = "2026-07-01T10:05:00Z".parse().unwrap();
        assert_eq!(Words::of(Language::French).clock(at, "Europe/Paris"), "12:05");
    }
}
