//! Typed identifiers: UUID version 7 (RFC 9562), written as a prefix and 26 characters of Crockford
//! base 32, the TypeID convention: `dlv_01j9k3v4m2e7sb8c5x6y7z8a9b`.
//!
//! The prefix makes a pasted id say what it is; the type makes a swapped argument fail to compile.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use super::time::Timestamp;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 26 characters of 5 bits hold 128 bits; the first one carries only 3 of them.
const SUFFIX_LEN: usize = 26;

/// The text is not an id of the expected kind.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{text}` is not an id of this kind: expected `{prefix}_` and 26 characters")]
pub struct IdError {
    text: String,
    prefix: &'static str,
}

/// A UUIDv7 from an instant and 10 bytes of chance. Pure: the caller brings both.
pub fn uuid_v7(at: Timestamp, chance: [u8; 10]) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(at.millis().unsigned_abs(), &chance).into_uuid()
}

fn write_suffix(id: Uuid, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let bits = id.as_u128();
    let mut text = [0u8; SUFFIX_LEN];
    for (place, character) in text.iter_mut().rev().enumerate() {
        *character = ALPHABET[(bits >> (5 * place) & 31) as usize];
    }
    f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
}

fn read_suffix(text: &str) -> Option<Uuid> {
    if text.len() != SUFFIX_LEN {
        return None;
    }
    let mut bits: u128 = 0;
    for (place, character) in text.bytes().enumerate() {
        let digit = ALPHABET.iter().position(|&known| known == character)? as u128;
        if place == 0 && digit > 7 {
            return None; // More than 128 bits.
        }
        bits = bits << 5 | digit;
    }
    Some(Uuid::from_u128(bits))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
        #[schemars(with = "String", extend(
            "pattern" = concat!("^", $prefix, "_[0-7][0-9a-hjkmnp-tv-z]{25}$")
        ))]
        pub struct $name(Uuid);

        impl $name {
            pub const PREFIX: &'static str = $prefix;

            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }

            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!($prefix, "_"))?;
                write_suffix(self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.strip_prefix(concat!($prefix, "_")).and_then(read_suffix).map(Self).ok_or_else(
                    || IdError { text: text.chars().take(40).collect(), prefix: $prefix },
                )
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                text.parse().map_err(de::Error::custom)
            }
        }

    )*};
}

ids! {
    /// Somebody who can log in.
    UserId = "usr";
    /// A shop, restaurant or producer.
    MerchantId = "mer";
    /// A machine credential of a merchant.
    ClientId = "cli";
    /// A person who rides.
    CourierId = "cou";
    /// What a merchant asks for.
    DeliveryId = "dlv";
    /// A place where goods change from one courier to another.
    HubId = "hub";
    /// One pickup or drop-off of a delivery.
    TaskId = "tsk";
    /// A span in which a courier works.
    ShiftId = "sft";
    /// Hours of a shift as they should have been.
    CorrectionId = "cor";
    /// A shift that is offered to whoever may ride it.
    OpeningId = "opn";
    /// Days on which a courier does not want to work.
    DaysOffId = "dof";
    /// A week of shifts as it usually is.
    ShiftTemplateId = "stp";
    /// A question to a courier: will you take this?
    OfferId = "off";
    /// The recorded outcome of one dispatch tick.
    DecisionId = "dec";
    /// A ledger account.
    AccountId = "acc";
    /// A journal entry of the ledger.
    EntryId = "ent";
    /// What couriers are owed, on its way to their banks.
    PayRunId = "pyr";
    /// What a courier has laid out for the co-op.
    ExpenseId = "exp";
    /// One thing that happened, in the outbox.
    EventId = "evt";
    /// A merchant's program that is told what happens.
    WebhookId = "whk";
    /// One event on its way to one webhook.
    MessageId = "msg";
    /// What a customer is told about a delivery.
    NoticeId = "ntc";
    /// A table of deliveries that was handed in.
    ImportId = "imp";
    /// When there are slots to book.
    SlotPlanId = "spl";
    /// The same delivery on many days.
    StandingOrderId = "sto";
    /// A price and times that a merchant may take up.
    QuoteId = "quo";
    /// Deliveries that one courier is to ride on a day.
    TourId = "tou";
    /// One of the co-op's own vehicles.
    VehicleId = "veh";
    /// One installation of the courier app.
    PhoneId = "pho";
    /// One thing that happened on a phone.
    PhoneEventId = "pev";
    /// A picture of a handing over.
    ProofId = "prf";
    /// Something that went wrong on the way.
    IncidentId = "inc";
    /// A picture of it.
    IncidentPictureId = "ipi";
    /// An invoice or a credit note.
    InvoiceId = "inv";
    /// A question to a person about a decision.
    ReviewId = "rev";
    /// A courier's exclusion from work for a while.
    SuspensionId = "sus";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_sorts_by_time() {
        let early = DeliveryId(uuid_v7(Timestamp::from_seconds(1_700_000_000), [7; 10]));
        let late = DeliveryId(uuid_v7(Timestamp::from_seconds(1_700_000_001), [0; 10]));
        assert!(early < late && early.to_string() < late.to_string());
        assert_eq!(early.to_string().parse(), Ok(early));
        assert_eq!(early.uuid().get_version_num(), 7);
    }

    #[test]
    fn the_suffix_is_the_published_typeid_encoding() {
        // From the TypeID specification's list of valid test vectors.
        let id: uuid::Uuid = "0110c853-1d09-52d8-d73e-1194e95b5f19".parse().unwrap();
        assert_eq!(UserId(id).to_string(), "usr_0123456789abcdefghjkmnpqrs");
    }

    #[test]
    fn another_kind_or_a_damaged_id_is_refused() {
        let id = TaskId(uuid_v7(Timestamp::from_seconds(1), [1; 10])).to_string();
        assert!(id.parse::<DeliveryId>().is_err());
        assert!(id[..id.len() - 1].parse::<TaskId>().is_err());
        assert!(id.to_uppercase().parse::<TaskId>().is_err());
        assert!("tsk_8zzzzzzzzzzzzzzzzzzzzzzzzz".parse::<TaskId>().is_err());
    }
}
