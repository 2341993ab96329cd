//! Parts of the city with a name, drawn as GeoJSON (RFC 7946).

use geo::{Contains, LineString, Point, Polygon};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::geo::Position;
use super::text::Text;

/// What the members call it.
pub type ZoneName = Text<60>;

/// Most zones of a co-op.
pub const ZONES_MAX: i64 = 200;
/// Most corners of a zone, over all its rings.
const CORNERS_MAX: usize = 5_000;

/// A GeoJSON polygon; positions are longitude, latitude, as GeoJSON has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Raw", into = "Raw")]
pub struct Shape(Rings);

/// An outline and the holes in it.
type Rings = Vec<Vec<[f64; 2]>>;

#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
enum Kind {
    Polygon,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Raw {
    r#type: Kind,
    coordinates: Rings,
}

#[derive(Debug, thiserror::Error, PartialEq)]
pub enum ShapeError {
    #[error("a shape has between 1 and {CORNERS_MAX} corners")]
    Size,
    #[error("a ring has four positions or more, and ends where it begins")]
    Open,
    #[error("{0}, {1} is not a longitude and a latitude")]
    Position(f64, f64),
}

impl TryFrom<Raw> for Shape {
    type Error = ShapeError;

    fn try_from(raw: Raw) -> Result<Self, ShapeError> {
        let rings = raw.coordinates;
        if rings.is_empty() || rings.iter().map(Vec::len).sum::<usize>() > CORNERS_MAX {
            return Err(ShapeError::Size);
        }
        if rings.iter().any(|ring| ring.len() < 4 || ring.first() != ring.last()) {
            return Err(ShapeError::Open);
        }
        for &[longitude, latitude] in rings.iter().flatten() {
            Position::from_degrees(latitude, longitude)
                .map_err(|_| ShapeError::Position(longitude, latitude))?;
        }
        Ok(Self(rings))
    }
}

impl From<Shape> for Raw {
    fn from(shape: Shape) -> Self {
        Self { r#type: Kind::Polygon, coordinates: shape.0 }
    }
}

/// A part of the city with a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    pub name: ZoneName,
    pub shape: Shape,
}

impl Shape {
    /// Whether a position lies inside; what lies on the line does not.
    pub fn contains(&self, at: Position) -> bool {
        let point = Point::new(at.longitude(), at.latitude());
        let mut rings = self.0.iter().map(|ring| LineString::from(ring.clone()));
        rings.next().is_some_and(|outline| Polygon::new(outline, rings.collect()).contains(&point))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RING: &str = "[[2.0,48.0],[2.4,48.0],[2.4,48.4],[2.0,48.4],[2.0,48.0]]";
    const HOLE: &str = "[[2.1,48.1],[2.2,48.1],[2.2,48.2],[2.1,48.2],[2.1,48.1]]";

    fn read(text: &str) -> Result<Shape, serde_json::Error> {
        serde_json::from_str(text)
    }

    #[test]
    fn what_lies_in_a_hole_lies_outside() {
        let text = format!(r#"{{"type":"Polygon","coordinates":[{RING},{HOLE}]}}"#);
        let shape = read(&text).unwrap();
        let inside = |lat, lng| shape.contains(Position::from_degrees(lat, lng).unwrap());
        assert!(inside(48.3, 2.3) && !inside(48.15, 2.15) && !inside(48.5, 2.3));
        assert_eq!(read(&serde_json::to_string(&shape).unwrap()).unwrap(), shape);
    }

    #[test]
    fn what_is_not_a_closed_ring_on_earth_is_refused() {
        for coordinates in [
            "[]",
            "[[]]",
            "[[[2.0,48.0],[2.4,48.0],[2.0,48.0]]]",
            "[[[2.0,48.0],[2.4,48.0],[2.4,48.4],[2.0,48.4]]]",
            "[[[2.0,98.0],[2.4,48.0],[2.4,48.4],[2.0,98.0]]]",
        ] {
            let text = format!(r#"{{"type":"Polygon","coordinates":{coordinates}}}"#);
            assert!(read(&text).is_err(), "{text}");
        }
        assert!(read(r#"{"type":"Point","coordinates":[2.0,48.0]}"#).is_err());
    }
}
