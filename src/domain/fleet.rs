//! The co-op's own vehicles: what each is, what fits on it and how far it goes.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

use super::ids::VehicleId;
use super::text::{Note, Text};
use super::time::Timestamp;
use super::vehicle::{Load, Vehicle, VehicleKind};

/// What a vehicle is called. Of those in service no two are called the same.
pub type VehicleName = Text<60>;

/// A whole number from 1 to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct UpTo<const MAX: i64>(i64);

/// The room on a vehicle: up to ten cubic metres.
pub type Millilitres = UpTo<10_000_000>;
/// What a vehicle carries: up to two tonnes.
pub type Grams = UpTo<2_000_000>;
/// How far a vehicle goes: up to a thousand kilometres, in metres.
pub type Range = UpTo<1_000_000>;

/// The number is none of those that make sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be between 1 and {max}")]
pub struct OutOfBounds {
    max: i64,
}

impl<const MAX: i64> UpTo<MAX> {
    /// # Errors
    /// [`OutOfBounds`] below 1 and above `MAX`.
    pub fn new(number: i64) -> Result<Self, OutOfBounds> {
        if (1..=MAX).contains(&number) { Ok(Self(number)) } else { Err(OutOfBounds { max: MAX }) }
    }

    /// The number, or the bound next to it.
    fn nearest(number: i64) -> Self {
        Self(number.clamp(1, MAX))
    }

    pub const fn get(self) -> i64 {
        self.0
    }
}

impl<'de, const MAX: i64> Deserialize<'de> for UpTo<MAX> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::new(i64::deserialize(from)?).map_err(de::Error::custom)
    }
}

impl<const MAX: i64> JsonSchema for UpTo<MAX> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("UpTo{MAX}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": MAX })
    }
}

/// A vehicle that the co-op has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CoopVehicle {
    pub id: VehicleId,
    pub name: VehicleName,
    pub kind: VehicleKind,
    /// The room on it, in millilitres.
    pub volume_ml: Millilitres,
    /// What it carries, in grams.
    pub weight_g: Grams,
    /// How far it goes in one shift, in metres; without it there is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range_m: Option<Range>,
    /// What whoever takes it should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// Since when it is not in service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<Timestamp>,
}

/// A vehicle to be.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "VehicleIn")]
pub struct NewVehicle {
    pub name: VehicleName,
    pub kind: VehicleKind,
    /// In millilitres. Left out: what usually fits on its kind.
    pub volume_ml: Option<Millilitres>,
    /// In grams. Left out: what its kind usually carries.
    pub weight_g: Option<Grams>,
    /// In metres. Left out: no limit.
    pub range_m: Option<Range>,
    pub note: Option<Note>,
}

/// What is to be different about a vehicle; what is not said stays.
#[derive(Clone, Debug, Default)]
pub struct VehicleChange {
    pub name: Option<VehicleName>,
    pub kind: Option<VehicleKind>,
    pub volume_ml: Option<Millilitres>,
    pub weight_g: Option<Grams>,
    /// `Some(None)`: no limit any more.
    pub range_m: Option<Option<Range>>,
    pub note: Option<Option<Note>>,
    /// `false` retires it, `true` brings it back.
    pub in_service: Option<bool>,
}

/// Why a vehicle cannot be taken for a shift.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VehicleError {
    #[error("{name} is taken: somebody rides it now. Choose another vehicle, or ride your own")]
    Taken { name: VehicleName },
    #[error("{name} is not in service. Choose another vehicle, or ride your own")]
    Retired { name: VehicleName },
}

impl VehicleError {
    /// The code, as it goes over the wire.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Taken { .. } => "vehicle-taken",
            Self::Retired { .. } => "vehicle-retired",
        }
    }
}

impl CoopVehicle {
    /// A vehicle in service.
    pub fn new(id: VehicleId, new: NewVehicle) -> Self {
        let NewVehicle { name, kind, volume_ml, weight_g, range_m, note } = new;
        let usual = kind.usual_room();
        Self {
            id,
            name,
            kind,
            volume_ml: volume_ml.unwrap_or_else(|| UpTo::nearest(usual.volume_ml)),
            weight_g: weight_g.unwrap_or_else(|| UpTo::nearest(usual.weight_g)),
            range_m,
            note,
            retired_at: None,
        }
    }

    /// The same as it is to be; `None` when it is so already.
    pub fn change(&self, change: VehicleChange, at: Timestamp) -> Option<Self> {
        let VehicleChange { name, kind, volume_ml, weight_g, range_m, note, in_service } = change;
        let retired_at = match in_service {
            None => self.retired_at,
            Some(true) => None,
            Some(false) => self.retired_at.or(Some(at)),
        };
        let changed = Self {
            id: self.id,
            name: name.unwrap_or_else(|| self.name.clone()),
            kind: kind.unwrap_or(self.kind),
            volume_ml: volume_ml.unwrap_or(self.volume_ml),
            weight_g: weight_g.unwrap_or(self.weight_g),
            range_m: range_m.unwrap_or(self.range_m),
            note: note.unwrap_or_else(|| self.note.clone()),
            retired_at,
        };
        (changed != *self).then_some(changed)
    }

    /// Whether a shift may begin on it.
    ///
    /// # Errors
    /// [`VehicleError`]: it is not in service, or somebody rides it.
    pub fn check_free(&self, is_ridden: bool) -> Result<(), VehicleError> {
        let name = self.name.clone();
        if self.retired_at.is_some() {
            Err(VehicleError::Retired { name })
        } else if is_ridden {
            Err(VehicleError::Taken { name })
        } else {
            Ok(())
        }
    }

    /// What the engine knows of it.
    pub const fn vehicle(&self) -> Vehicle {
        let room = Load { volume_ml: self.volume_ml.get(), weight_g: self.weight_g.get() };
        Vehicle { kind: self.kind, room }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::ids::uuid_v7;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000 + seconds)
    }

    fn vehicle(new: serde_json::Value) -> CoopVehicle {
        let id = VehicleId::from_uuid(uuid_v7(at(0), [1; 10]));
        CoopVehicle::new(id, serde_json::from_value(new).unwrap())
    }

    #[test]
    fn numbers_that_no_vehicle_has_are_none() {
        let read = |number: serde_json::Value| serde_json::from_value::<Range>(number);
        assert_eq!(read(json!(1)).unwrap().get(), 1);
        assert_eq!(read(json!(1_000_000)).unwrap().get(), 1_000_000);
        for wrong in [json!(0), json!(-1), json!(1_000_001), json!(1.5), json!("1")] {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_not_said_is_usual_for_the_kind() {
        for kind in VehicleKind::ALL {
            let usual = vehicle(json!({ "name": "one", "kind": kind }));
            assert_eq!(usual.vehicle(), Vehicle { kind, room: kind.usual_room() });
            assert_eq!(usual.range_m, None);
        }
        let small = vehicle(json!({ "name": "one", "kind": "trailer", "volume_ml": 90_000 }));
        let weight_g = VehicleKind::Trailer.usual_room().weight_g;
        assert_eq!(small.vehicle().room, Load { volume_ml: 90_000, weight_g });
    }

    #[test]
    fn a_change_is_what_it_says_and_the_same_is_none() {
        let red = vehicle(json!({ "name": "red", "kind": "bike", "range_m": 9_000, "note": "n" }));
        assert_eq!(red.change(VehicleChange::default(), at(1)), None);
        let same = VehicleChange { in_service: Some(true), ..VehicleChange::default() };
        assert_eq!(red.change(same, at(1)), None);
        let far = VehicleChange { range_m: Some(None), ..VehicleChange::default() };
        let far = red.change(far, at(1)).unwrap();
        assert_eq!((far.range_m, &far.note, &far.name), (None, &red.note, &red.name));
        let retire = VehicleChange { in_service: Some(false), ..VehicleChange::default() };
        let retired = red.change(retire.clone(), at(1)).unwrap();
        assert_eq!(retired.retired_at, Some(at(1)));
        assert_eq!(retired.change(retire, at(9)), None, "since when stays");
        let back = VehicleChange { in_service: Some(true), ..VehicleChange::default() };
        assert_eq!(retired.change(back, at(9)), Some(red));
    }

    #[test]
    fn one_that_is_retired_or_ridden_is_not_free() {
        let red = vehicle(json!({ "name": "red", "kind": "bike" }));
        assert_eq!(red.check_free(false), Ok(()));
        let taken = red.check_free(true).unwrap_err();
        assert!(taken.to_string().starts_with("red is taken"), "{taken}");
        let retired = CoopVehicle { retired_at: Some(at(0)), ..red };
        let codes = [true, false].map(|ridden| retired.check_free(ridden).unwrap_err().code());
        assert_eq!(codes, ["vehicle-retired"; 2]);
    }
}
