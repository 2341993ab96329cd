//! Exact assignment on a sparse graph: each row gets at most one column, each column serves at most
//! one row, and the sum of the costs is the smallest possible.
//!
//! Bidding first (their augmenting row reduction), then successive shortest augmenting paths with
//! column prices (Jonker and Volgenant 1987), on lists of edges instead of a matrix. A row may also stay
//! alone at a cost of its own.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// An edge of a row: a column and what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The column.
    pub column: u32,
    /// The cost, of any sign.
    pub cost: i64,
}

/// A row to be matched.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// The columns it can have.
    pub edges: Vec<Edge>,
    /// What it costs to leave it alone.
    pub alone: i64,
}

const NONE: u32 = u32::MAX;
/// How often rows drive each other out before a path is looked for instead.
const BIDS_MAX: usize = 32;

/// The cheapest assignment: for each row its edge's place in the list, or `None` if it stays alone.
///
/// Deterministic: equal sums are broken by the order of rows and columns. Cost: O(rows x edges x
/// log columns) at worst; in dispatch most paths end at the first free column.
///
/// # Panics
/// If an edge names a column that is not below `columns`.
pub fn assign(rows: &[Row], columns: usize) -> Vec<Option<usize>> {
    let mut solver = Solver::new(rows, columns);
    for row in solver.bid() {
        solver.augment(row);
    }
    solver.edge_of_row
}

struct Solver<'a> {
    rows: &'a [Row],
    /// What each column charges; never positive.
    price: Vec<i64>,
    row_of_column: Vec<u32>,
    edge_of_row: Vec<Option<usize>>,
    // Scratch of one search.
    distance: Vec<i64>,
    /// The row and edge by which a column was reached.
    reached_by: Vec<(u32, usize)>,
    closed: Vec<bool>,
    touched: Vec<u32>,
    heap: BinaryHeap<Reverse<(i64, u32)>>,
}

/// Where a path ends.
enum End {
    Column(u32),
    /// This row stays alone.
    Alone(usize),
}

impl<'a> Solver<'a> {
    fn new(rows: &'a [Row], columns: usize) -> Self {
        Self {
            rows,
            price: vec![0; columns],
            row_of_column: vec![NONE; columns],
            edge_of_row: vec![None; rows.len()],
            distance: vec![i64::MAX; columns],
            reached_by: vec![(NONE, 0); columns],
            closed: vec![false; columns],
            touched: Vec::new(),
            heap: BinaryHeap::new(),
        }
    }

    /// Finds the cheapest way to take in one more row and moves the others along it.
    fn augment(&mut self, new_row: usize) {
        let mut best = (self.rows[new_row].alone, End::Alone(new_row));
        self.open_edges(new_row, 0);
        while let Some(Reverse((distance, column))) = self.heap.pop() {
            let at = column as usize;
            if distance >= best.0 {
                break;
            }
            if self.closed[at] {
                continue;
            }
            self.closed[at] = true;
            let row = self.row_of_column[at];
            if row == NONE {
                best = (distance, End::Column(column));
                break;
            }
            let row = row as usize;
            let Some(edge) = self.edge_of_row[row] else { continue };
            let base = distance - (self.rows[row].edges[edge].cost - self.price[at]);
            let alone = base + self.rows[row].alone;
            if alone < best.0 {
                best = (alone, End::Alone(row));
            }
            self.open_edges(row, base);
        }
        self.settle(best.0);
        self.flip(new_row, best.1);
        self.forget();
    }

    /// Lets the rows bid: each takes the column that is cheapest for it and makes it dearer by what it
    /// gains over its second choice; whoever is driven out bids again. Quick, and nearly all rows find
    /// their place so. Returns those that do not.
    fn bid(&mut self) -> Vec<usize> {
        let mut left = Vec::new();
        for first in 0..self.rows.len() {
            let mut bidder = first;
            for bid in 1.. {
                let Some((place, least, second)) = self.two_cheapest(bidder) else { break };
                let edge = self.rows[bidder].edges[place];
                let column = edge.column as usize;
                self.price[column] -= second - least;
                self.edge_of_row[bidder] = Some(place);
                let bidder_ix = u32::try_from(bidder).unwrap_or(NONE);
                let driven_out = std::mem::replace(&mut self.row_of_column[column], bidder_ix);
                if driven_out == NONE {
                    break;
                }
                let driven_out = driven_out as usize;
                self.edge_of_row[driven_out] = None;
                if least == second || bid == BIDS_MAX {
                    left.push(driven_out);
                    break;
                }
                bidder = driven_out;
            }
        }
        left
    }

    /// The place of a row's cheapest edge at present prices, what it costs, and what the second choice
    /// would. `None` if staying alone is as cheap: prices only rise, so that it stays so.
    fn two_cheapest(&self, row: usize) -> Option<(usize, i64, i64)> {
        let row = &self.rows[row];
        let (mut place, mut least, mut second) = (None, row.alone, row.alone);
        for (at, edge) in row.edges.iter().enumerate() {
            let cost = edge.cost - self.price[edge.column as usize];
            if cost < least {
                second = least;
                least = cost;
                place = Some(at);
            } else if cost < second {
                second = cost;
            }
        }
        place.map(|place| (place, least, second))
    }

    fn open_edges(&mut self, row: usize, base: i64) {
        for (place, edge) in self.rows[row].edges.iter().enumerate() {
            let at = edge.column as usize;
            let distance = base + edge.cost - self.price[at];
            if distance < self.distance[at] && !self.closed[at] {
                if self.distance[at] == i64::MAX {
                    self.touched.push(edge.column);
                }
                self.distance[at] = distance;
                self.reached_by[at] = (u32::try_from(row).unwrap_or(NONE), place);
                self.heap.push(Reverse((distance, edge.column)));
            }
        }
    }

    /// Columns on the way get dearer by what the path would have saved on them.
    fn settle(&mut self, shortest: i64) {
        for &column in &self.touched {
            let at = column as usize;
            if self.closed[at] && self.distance[at] < shortest {
                self.price[at] += self.distance[at] - shortest;
            }
        }
    }

    fn flip(&mut self, new_row: usize, end: End) {
        let mut column = match end {
            End::Column(column) => column,
            End::Alone(row) => match self.edge_of_row[row].take() {
                None => return, // The new row itself stays alone.
                Some(edge) => self.rows[row].edges[edge].column,
            },
        };
        loop {
            let (row, place) = self.reached_by[column as usize];
            self.row_of_column[column as usize] = row;
            let row = row as usize;
            let before = self.edge_of_row[row].replace(place);
            if row == new_row {
                return;
            }
            let Some(before) = before else { return };
            column = self.rows[row].edges[before].column;
        }
    }

    fn forget(&mut self) {
        for &column in &self.touched {
            self.distance[column as usize] = i64::MAX;
            self.closed[column as usize] = false;
        }
        self.touched.clear();
        self.heap.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cost(rows: &[Row], answer: &[Option<usize>]) -> i64 {
        let of = |(row, edge): (&Row, &Option<usize>)| {
            edge.map_or(row.alone, |place| row.edges[place].cost)
        };
        rows.iter().zip(answer).map(of).sum()
    }

    proptest! {
        /// As good as a dense solver that shares no code, whatever edges are missing.
        #[test]
        fn it_is_as_cheap_as_a_dense_solver(
            costs in prop::collection::vec(
                (prop::collection::vec(prop::option::weighted(0.6, -50i64..100), 6), 0i64..120),
                1..9,
            ),
        ) {
            let rows: Vec<Row> = costs
                .iter()
                .map(|(edges, alone)| Row {
                    edges: (0u32..)
                        .zip(edges)
                        .filter_map(|(column, cost)| cost.map(|cost| Edge { column, cost }))
                        .collect(),
                    alone: *alone,
                })
                .collect();
            let answer = assign(&rows, 6);
            let mut taken = [false; 6];
            for (row, place) in rows.iter().zip(&answer) {
                if let Some(place) = place {
                    let column = row.edges[*place].column as usize;
                    prop_assert!(!taken[column], "column {column} is used twice");
                    taken[column] = true;
                }
            }
            const FORBIDDEN: i64 = 1_000_000;
            let dense = pathfinding::matrix::Matrix::from_fn(
                rows.len(),
                6 + rows.len(),
                |(row, column)| match column.checked_sub(6) {
                    None => costs[row].0[column].unwrap_or(FORBIDDEN),
                    Some(dummy) if dummy == row => costs[row].1,
                    Some(_) => FORBIDDEN,
                },
            );
            let (best, _) = pathfinding::prelude::kuhn_munkres_min(&dense);
            prop_assert_eq!(cost(&rows, &answer), best);
        }
    }
}
