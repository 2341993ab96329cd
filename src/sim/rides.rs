//! How far everybody is from the counters that are asked for, reckoned again only for who has moved.

use crate::engine::problem::{ParcelIx, Problem, Reach, RiderIx};
use crate::engine::travel::TravelTimes;

/// What is known of the rides in [`Problem::rides`].
#[derive(Debug, Default)]
pub struct Rides {
    /// Who came to another spot, in order.
    moves: Vec<RiderIx>,
    /// How many of these each list of rides has taken in.
    taken_in: Vec<usize>,
}

impl Rides {
    /// A rider has come on duty or to another spot.
    pub fn note(&mut self, rider: RiderIx) {
        self.moves.push(rider);
    }

    /// Makes the rides to a parcel's counter right. Cost: a travel time for each rider who has moved
    /// since it was last done.
    pub fn bring_up<T: TravelTimes>(&mut self, problem: &mut Problem<'_, T>, parcel: ParcelIx) {
        let Reach::Everyone { rides: list } = problem.parcels[parcel].reach else { return };
        if self.taken_in.len() <= list {
            self.taken_in.resize(list + 1, 0);
            problem.rides.resize_with(list + 1, Vec::new);
        }
        let new = &self.moves[self.taken_in[list]..];
        let everyone = problem.on_duty.as_slice();
        let stale = if new.len() < everyone.len() { new } else { everyone };
        let mut rides = std::mem::take(&mut problem.rides[list]);
        rides.resize(problem.riders.len(), Default::default());
        for &rider in stale {
            rides[rider] = problem.ride(rider, problem.parcels[parcel].tasks.start);
        }
        problem.rides[list] = rides;
        self.taken_in[list] = self.moves.len();
    }
}
