//! Where the engine acts by itself, and where people have taken over from it.

use super::delivery::Delivery;
use super::geo::Position;
use super::task::TaskKind;
use super::zone::Shape;

/// What is left to people: nothing, some zones, or everything.
#[derive(Clone, Debug, PartialEq)]
pub enum Manual {
    Everything,
    /// What is picked up inside one of these; without any, the engine has it all.
    Within(Vec<Shape>),
}

impl Manual {
    /// The engine has it all.
    pub const NOTHING: Self = Self::Within(Vec::new());

    /// Whether the engine leaves alone what is picked up here.
    pub fn covers(&self, pickup: Position) -> bool {
        match self {
            Self::Everything => true,
            Self::Within(shapes) => shapes.iter().any(|shape| shape.contains(pickup)),
        }
    }

    /// Whether the engine leaves a delivery alone: one of its pickups is enough.
    pub fn has(&self, delivery: &Delivery) -> bool {
        let mut pickups = delivery.tasks.iter().filter(|task| task.kind == TaskKind::Pickup);
        pickups.any(|task| self.covers(task.stop.place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_left_to_people_and_the_rest_is_not() {
        let ring = "[[2.0,48.0],[2.4,48.0],[2.4,48.4],[2.0,48.4],[2.0,48.0]]";
        let text = format!(r#"{{"type":"Polygon","coordinates":[{ring}]}}"#);
        let within = Manual::Within(vec![serde_json::from_str(&text).unwrap()]);
        let place = |lat, lng| Position::from_degrees(lat, lng).unwrap();
        assert!(within.covers(place(48.2, 2.2)) && !within.covers(place(48.5, 2.2)));
        assert!(Manual::Everything.covers(place(48.5, 2.2)));
        assert!(!Manual::NOTHING.covers(place(48.2, 2.2)));
    }
}
