//! Who is near: an R-tree over couriers, cheap to keep warm while they ride.

use std::collections::BTreeMap;

use rstar::primitives::GeomWithData;
use rstar::{PointDistance, RTree};

use crate::domain::geo::Spot;
use crate::domain::ids::CourierId;

type Entry = GeomWithData<[i64; 2], CourierId>;

/// The tree is worth asking when there are more couriers than so many times those looked for.
const FEW_TIMES: usize = 8;

/// Live couriers by where they are. One entry a courier.
#[derive(Debug, Default)]
pub struct CourierIndex {
    tree: RTree<Entry>,
    spots: BTreeMap<CourierId, Spot>,
}

impl CourierIndex {
    /// All at once, which packs the tree better than one by one. Cost: O(n log n).
    pub fn load(couriers: impl IntoIterator<Item = (CourierId, Spot)>) -> Self {
        let spots: BTreeMap<_, _> = couriers.into_iter().collect();
        let entries = spots.iter().map(|(&id, &spot)| entry(id, spot)).collect();
        Self { tree: RTree::bulk_load(entries), spots }
    }

    /// A courier came, or moved to `spot`. Cost: O(log n).
    pub fn put(&mut self, courier: CourierId, spot: Spot) {
        let before = self.spots.insert(courier, spot);
        if before == Some(spot) {
            return;
        }
        if let Some(before) = before {
            self.tree.remove(&entry(courier, before));
        }
        self.tree.insert(entry(courier, spot));
    }

    /// A courier left. Returns where the courier was. Cost: O(log n).
    pub fn remove(&mut self, courier: CourierId) -> Option<Spot> {
        let spot = self.spots.remove(&courier)?;
        self.tree.remove(&entry(courier, spot));
        Some(spot)
    }

    /// The `count` nearest to `spot` in a straight line, nearest first; equals by id.
    /// Cost: O(count log n), or O(n) where that is not many times `count`.
    pub fn nearest(&self, spot: Spot, count: usize) -> Vec<CourierId> {
        if self.len() / FEW_TIMES < count {
            return self.nearest_of_few(spot, count);
        }
        let mut near: Vec<(i64, CourierId)> = Vec::with_capacity(count + 1);
        for (entry, distance_2) in self.tree.nearest_neighbor_iter_with_distance_2(point(spot)) {
            // Read on while the distance stays equal, so that ties are broken by id alone.
            if near.len() >= count && near.last().is_none_or(|last| distance_2 > last.0) {
                break;
            }
            near.push((distance_2, entry.data));
        }
        near.sort_unstable();
        near.truncate(count);
        near.into_iter().map(|(_, courier)| courier).collect()
    }

    /// Looks at everybody.
    fn nearest_of_few(&self, spot: Spot, count: usize) -> Vec<CourierId> {
        let distance_2 = |at: &Spot| point(*at).distance_2(&point(spot));
        let mut near: Vec<(i64, CourierId)> =
            self.spots.iter().map(|(&id, at)| (distance_2(at), id)).collect();
        if count < near.len() {
            near.select_nth_unstable(count);
            near.truncate(count);
        }
        near.sort_unstable();
        near.into_iter().map(|(_, courier)| courier).collect()
    }

    /// Where a courier is, if known.
    pub fn spot(&self, courier: CourierId) -> Option<Spot> {
        self.spots.get(&courier).copied()
    }

    /// How many couriers there are.
    pub fn len(&self) -> usize {
        self.spots.len()
    }

    /// Whether nobody is there.
    pub fn is_empty(&self) -> bool {
        self.spots.is_empty()
    }
}

fn point(spot: Spot) -> [i64; 2] {
    [i64::from(spot.x_m), i64::from(spot.y_m)]
}

fn entry(courier: CourierId, spot: Spot) -> Entry {
    GeomWithData::new(point(spot), courier)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn courier(number: u128) -> CourierId {
        CourierId::from_uuid(uuid::Uuid::from_u128(number))
    }

    proptest! {
        /// The index answers as a plain sorted list would, after any coming, moving and leaving, with
        /// many couriers and with few.
        #[test]
        fn it_answers_as_a_list_would(
            moves in prop::collection::vec(
                (0u128..60, 0i32..30, 0i32..30, prop::bool::weighted(0.2)),
                0..150,
            ),
            count in 0usize..12,
        ) {
            let mut index = CourierIndex::default();
            let mut list = BTreeMap::new();
            for (number, x_m, y_m, leaves) in moves {
                let id = courier(number);
                if leaves {
                    prop_assert_eq!(index.remove(id), list.remove(&id));
                } else {
                    index.put(id, Spot { x_m, y_m });
                    list.insert(id, Spot { x_m, y_m });
                }
            }
            let middle = Spot { x_m: 15, y_m: 15 };
            let mut expected: Vec<_> = list
                .iter()
                .map(|(&id, spot)| {
                    let (dx, dy) = (i64::from(spot.x_m - 15), i64::from(spot.y_m - 15));
                    (dx * dx + dy * dy, id)
                })
                .collect();
            expected.sort_unstable();
            let expected: Vec<_> = expected.into_iter().take(count).map(|(_, id)| id).collect();
            prop_assert_eq!(index.nearest(middle, count), expected.clone());
            let loaded = CourierIndex::load(list);
            prop_assert_eq!(loaded.nearest(middle, count), expected);
            prop_assert_eq!(loaded.len(), index.len());
        }
    }
}
