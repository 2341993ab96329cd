//! What a stop asks for before goods change hands, what is shown there, and which parcels stay behind.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::ids::{DeliveryId, ProofId};
use super::pin::{Guard, Pin};
use super::proof::{PER_TASK_MAX, ProofKind};
use super::task::{FailureCode, TaskKind};
use super::text::{Name, Note};

/// Most parcels of a delivery that are told apart, and get labels.
pub const PARCELS_MAX: usize = 200;

/// One thing that a stop asks for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "HandoverNeed")]
pub enum Need {
    /// The name of the person who takes the goods.
    Name,
    Photo,
    Signature,
    /// The number that only the customer knows; at drop-offs.
    Pin,
    /// The code of each parcel.
    Scan,
}

impl Need {
    pub const ALL: [Self; 5] = [Self::Name, Self::Photo, Self::Signature, Self::Pin, Self::Scan];
    /// Every [`name`](Self::name).
    pub const NAMES: [&str; 5] = ["name", "photo", "signature", "pin", "scan"];

    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Photo => "photo",
            Self::Signature => "signature",
            Self::Pin => "pin",
            Self::Scan => "scan",
        }
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Where it is missing, in the body of `done`.
    pub const fn pointer(self) -> &'static str {
        match self {
            Self::Name => "/proof/signed_by",
            Self::Photo | Self::Signature => "/proof/pictures",
            Self::Pin => "/proof/pin",
            Self::Scan => "/proof/scanned",
        }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "the name of who takes it (`proof.signed_by`)",
            Self::Photo => "a photo (`proof.pictures`, or sent before)",
            Self::Signature => "a signature (`proof.pictures`, or sent before)",
            Self::Pin => "the customer's PIN (`proof.pin`)",
            Self::Scan => {
                "the code of each parcel (`proof.scanned`), or why it is not there (`missing`)"
            }
        })
    }
}

/// All that a stop asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(with = "Vec<Need>")]
pub struct Needs(BTreeSet<Need>);

impl Needs {
    /// What counts where an order says nothing: whoever takes goods is named.
    pub fn usual(kind: TaskKind) -> Self {
        match kind {
            TaskKind::Pickup => Self::default(),
            TaskKind::Dropoff | TaskKind::Return => Self::from_iter([Need::Name]),
        }
    }

    pub fn has(&self, need: Need) -> bool {
        self.0.contains(&need)
    }

    pub fn iter(&self) -> impl Iterator<Item = Need> + '_ {
        self.0.iter().copied()
    }

    /// As they are written.
    pub fn names(&self) -> Vec<String> {
        self.iter().map(|need| need.name().to_owned()).collect()
    }

    /// The ones of these names; what is none is left out.
    pub fn of_names(names: &[String]) -> Self {
        names.iter().filter_map(|name| Need::named(name)).collect()
    }

    /// The same with a name in place of the PIN.
    pub fn without_pin(&self) -> Self {
        self.iter().map(|need| if need == Need::Pin { Need::Name } else { need }).collect()
    }
}

impl FromIterator<Need> for Needs {
    fn from_iter<I: IntoIterator<Item = Need>>(needs: I) -> Self {
        Self(needs.into_iter().collect())
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a parcel's code is the delivery's id, `#` and the parcel's number: dlv_...#2")]
pub struct ParcelCodeError;

/// What is on a parcel's label: `dlv_01j9k3v4m2e7sb8c5x6y7z8a9b#2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
#[schemars(with = "String", extend(
    "pattern" = "^dlv_[0-7][0-9a-hjkmnp-tv-z]{25}#[1-9][0-9]{0,2}$"
))]
pub struct ParcelCode {
    pub delivery: DeliveryId,
    pub number: u16,
}

impl fmt::Display for ParcelCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.delivery, self.number)
    }
}

impl FromStr for ParcelCode {
    type Err = ParcelCodeError;

    fn from_str(text: &str) -> Result<Self, ParcelCodeError> {
        let (delivery, number) = text.split_once('#').ok_or(ParcelCodeError)?;
        let plain = (1..=3).contains(&number.len())
            && !number.starts_with('0')
            && number.bytes().all(|byte| byte.is_ascii_digit());
        if !plain {
            return Err(ParcelCodeError);
        }
        Ok(Self {
            delivery: delivery.parse().map_err(|_| ParcelCodeError)?,
            number: number.parse().map_err(|_| ParcelCodeError)?,
        })
    }
}

impl Serialize for ParcelCode {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ParcelCode {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

/// A picture that was taken at a stop, and that the phone sends when it can.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AnnouncedPicture")]
pub struct Announced {
    /// Under which it comes, or came.
    pub id: ProofId,
    pub kind: ProofKind,
}

/// What a courier shows where goods change hands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "HandoverShown")]
pub struct Shown {
    /// The name of the person who took the goods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<Name>,
    /// What the customer said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<Pin>,
    /// Pictures count from when they are taken, not from when they come in.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    #[schemars(with = "Vec<Announced>", length(max = PER_TASK_MAX))]
    pub pictures: BTreeSet<Announced>,
    /// The codes of the parcels that changed hands.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    #[schemars(with = "Vec<ParcelCode>", length(max = PARCELS_MAX))]
    pub scanned: BTreeSet<ParcelCode>,
}

/// A parcel that did not change hands, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "MissingParcel")]
pub struct Missing {
    /// Its number, as on its label.
    #[schemars(range(min = 1, max = PARCELS_MAX))]
    pub parcel: u16,
    pub code: FailureCode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

impl Missing {
    /// Whether the courier has it still: what was never there, and what is lost, is not on the bike.
    pub const fn is_on_the_bike(&self) -> bool {
        !matches!(self.code, FailureCode::Lost | FailureCode::ItemMissing)
    }
}

/// A handing over as it is reported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handover {
    pub shown: Shown,
    pub missing: Vec<Missing>,
}

/// What was handed over to whom, as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "HandoverProof")]
pub struct Proof {
    /// The name of the person who took the goods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<Name>,
    /// The customer's PIN was right.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pin: bool,
    /// Pictures that the phone has said it will send. `/v1/deliveries/{id}/proofs` has those that came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pictures: Vec<Announced>,
    /// The numbers of the parcels whose codes were read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scanned: Vec<u16>,
}

/// What is known of a stop beside its delivery.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The kinds of pictures that have come in.
    pub pictures: BTreeSet<ProofKind>,
    pub guard: Option<Guard>,
}

/// The parcels that a stop is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// By number.
    pub parcels: BTreeSet<u16>,
    /// Whether no other stop of its kind is left that could be about some of them.
    pub last: bool,
}

/// Why goods cannot change hands so. In the order in which it is found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandoverError {
    #[error("parcel {0} is not one that this stop is about")]
    Parcel(u16),
    #[error("this code is another delivery's: {0}")]
    Foreign(ParcelCode),
    #[error("parcel {0} is said to be here and missing, or is named twice")]
    Twice(u16),
    #[error("no parcel would change hands: report that the stop could not be served")]
    NothingLeft,
    #[error("a stop has at most {PER_TASK_MAX} pictures")]
    Pictures,
    #[error("this stop needs {}", lacks.iter().map(ToString::to_string).collect::<Vec<_>>().join("; and "))]
    ProofMissing { lacks: Vec<Need> },
    #[error("this stop takes no PIN any more: ask a dispatcher, or report a failure")]
    PinLocked,
    #[error("this stop needs the customer's PIN (`proof.pin`)")]
    PinMissing,
    #[error("this is not the customer's PIN; tries left: {left}")]
    PinWrong { left: u8 },
}

impl Handover {
    /// What is kept of it, if it is all that a stop needs. The PIN is looked at last, so that a try is
    /// spent on nothing but the PIN.
    ///
    /// # Errors
    /// The first of [`HandoverError`].
    pub fn check(
        &self,
        delivery: DeliveryId,
        needs: &Needs,
        expected: &Expected,
        known: &Known,
    ) -> Result<Option<Proof>, HandoverError> {
        let Shown { signed_by, pin, pictures, scanned } = &self.shown;
        let mut named = BTreeSet::new();
        for code in scanned {
            if code.delivery != delivery {
                return Err(HandoverError::Foreign(*code));
            }
        }
        for parcel in scanned.iter().map(|code| code.number).chain(self.missing_numbers()) {
            if !expected.parcels.contains(&parcel) {
                return Err(HandoverError::Parcel(parcel));
            }
            if !named.insert(parcel) {
                return Err(HandoverError::Twice(parcel));
            }
        }
        if !self.missing.is_empty() && self.missing.len() == expected.parcels.len() {
            return Err(HandoverError::NothingLeft);
        }
        if i64::try_from(pictures.len()).is_ok_and(|count| count > PER_TASK_MAX) {
            return Err(HandoverError::Pictures);
        }
        let shows = |kind| {
            known.pictures.contains(&kind) || pictures.iter().any(|picture| picture.kind == kind)
        };
        let all_read = if expected.last { named == expected.parcels } else { !named.is_empty() };
        let lacks = |need: &Need| match need {
            Need::Name => signed_by.is_none(),
            Need::Photo => !shows(ProofKind::Photo),
            Need::Signature => !shows(ProofKind::Signature),
            Need::Scan => !all_read,
            Need::Pin => false,
        };
        let lacks: Vec<Need> = needs.iter().filter(lacks).collect();
        if !lacks.is_empty() {
            return Err(HandoverError::ProofMissing { lacks });
        }
        if needs.has(Need::Pin) {
            known.guard.as_ref().ok_or(HandoverError::PinLocked)?.check(pin.as_ref())?;
        }
        let proof = Proof {
            signed_by: signed_by.clone(),
            pin: needs.has(Need::Pin),
            pictures: pictures.iter().copied().collect(),
            scanned: scanned.iter().map(|code| code.number).collect(),
        };
        Ok((proof != Proof::default()).then_some(proof))
    }

    fn missing_numbers(&self) -> impl Iterator<Item = u16> + '_ {
        self.missing.iter().map(|missing| missing.parcel)
    }
}

#[cfg(test)]
#[path = "handover_tests.rs"]
mod tests;
