//! Exact assignment on a sparse graph: each row gets one column, each column serves at most one row,
//! and the sum of the costs is the smallest possible.
//!
//! Successive shortest augmenting paths with column prices (Jonker and Volgenant 1987), on lists of
//! edges instead of a matrix. The search begins with an assignment that exists and asks for a row's
//! edges only when it comes to it, and only for those cheap enough to matter: where little can be
//! made better, little is looked at.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// An edge of a row: a column and what it costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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

/// Where the edges of rows come from.
pub trait Edges {
    /// Every edge of a row that costs less than `below`; there may be others. The row's present edge
    /// may be left out.
    fn below(&mut self, row: usize, below: i64) -> &[Edge];
}

impl Edges for &[Row] {
    fn below(&mut self, row: usize, _below: i64) -> &[Edge] {
        &self[row].edges
    }
}

/// The cheapest assignment: for each row its edge, or `None` if it stays alone.
///
/// Deterministic: equal sums are broken by the order of rows and columns. Cost: see [`improve`].
///
/// # Panics
/// If an edge names a column that is not below `columns`.
pub fn assign(rows: &[Row], columns: usize) -> Vec<Option<Edge>> {
    // Alone is a column of its own.
    let alone = (0u32..).skip(columns).zip(rows);
    let present: Vec<Edge> = alone.map(|(column, row)| Edge { column, cost: row.alone }).collect();
    let everyone: Vec<usize> = (0..rows.len()).collect();
    let chosen = improve(&present, &everyone, columns + rows.len(), rows);
    let is_used = |edge: Edge| ((edge.column as usize) < columns).then_some(edge);
    chosen.into_iter().map(is_used).collect()
}

/// The cheapest assignment, found from a `present` one: for each row its edge.
///
/// `restless` are the rows that may have an edge cheaper than their present one, in ascending order;
/// no other row has. Deterministic. Cost: O(restless x edges looked at x log columns) at worst; in
/// dispatch most paths are a few edges long.
///
/// # Panics
/// If an edge names a column that is not below `columns`.
pub fn improve(
    present: &[Edge],
    restless: &[usize],
    columns: usize,
    edges: impl Edges,
) -> Vec<Edge> {
    let mut solver = Solver::new(present, restless, columns, edges);
    for &row in restless {
        solver.augment(row);
    }
    solver.edge_of_row
}

struct Solver<'a, E> {
    present: &'a [Edge],
    edges: E,
    edge_of_row: Vec<Edge>,
    /// What each column charges; never positive.
    price: Vec<i64>,
    row_of_column: Vec<u32>,
    search: Search,
}

/// One search for a shortest path.
struct Search {
    distance: Vec<i64>,
    /// The row and the edge's cost by which a column was reached.
    reached_by: Vec<(u32, i64)>,
    closed: Vec<bool>,
    touched: Vec<u32>,
    heap: BinaryHeap<Reverse<(i64, u32)>>,
    /// The distance of the nearest free column so far.
    limit: i64,
}

impl<'a, E: Edges> Solver<'a, E> {
    fn new(present: &'a [Edge], restless: &[usize], columns: usize, edges: E) -> Self {
        let mut row_of_column = vec![NONE; columns];
        for (row, edge) in (0u32..).zip(present) {
            row_of_column[edge.column as usize] = row;
        }
        for &row in restless {
            row_of_column[present[row].column as usize] = NONE;
        }
        Self {
            present,
            edges,
            edge_of_row: present.to_vec(),
            price: vec![0; columns],
            row_of_column,
            search: Search {
                distance: vec![i64::MAX; columns],
                reached_by: vec![(NONE, 0); columns],
                closed: vec![false; columns],
                touched: Vec::new(),
                heap: BinaryHeap::new(),
                limit: i64::MAX,
            },
        }
    }

    /// Finds the cheapest way to take in one more row and moves the others along it. There always is
    /// one: in the present assignment every row has a column.
    fn augment(&mut self, new_row: usize) {
        self.open_edges(new_row, 0);
        while let Some(Reverse((distance, column))) = self.search.heap.pop() {
            let at = column as usize;
            if self.search.closed[at] {
                continue;
            }
            let row = self.row_of_column[at];
            if row == NONE {
                self.settle(distance);
                self.flip(new_row, column);
                break;
            }
            self.search.closed[at] = true;
            let row = row as usize;
            self.open_edges(row, distance - (self.edge_of_row[row].cost - self.price[at]));
        }
        self.search.forget();
    }

    /// Looks where a row could go from `base` on, as far as that is nearer than a free column known.
    fn open_edges(&mut self, row: usize, base: i64) {
        let Self { present, edges, price, row_of_column, search, .. } = self;
        search.look(row, base, &present[row..=row], price, row_of_column);
        // A charge makes an edge dearer still.
        let edges = edges.below(row, search.limit.saturating_sub(base));
        search.look(row, base, edges, price, row_of_column);
    }

    /// Columns on the way get dearer by what the path would have saved on them.
    fn settle(&mut self, shortest: i64) {
        for &column in &self.search.touched {
            let at = column as usize;
            if self.search.closed[at] && self.search.distance[at] < shortest {
                self.price[at] += self.search.distance[at] - shortest;
            }
        }
    }

    /// Moves every row on the path to `column` to the column by which it was passed.
    fn flip(&mut self, new_row: usize, mut column: u32) {
        loop {
            let (row, cost) = self.search.reached_by[column as usize];
            self.row_of_column[column as usize] = row;
            let row = row as usize;
            let before = std::mem::replace(&mut self.edge_of_row[row], Edge { column, cost });
            if row == new_row {
                return;
            }
            column = before.column;
        }
    }
}

impl Search {
    /// Looks along a row's edges.
    fn look(
        &mut self,
        row: usize,
        base: i64,
        edges: &[Edge],
        price: &[i64],
        row_of_column: &[u32],
    ) {
        for edge in edges {
            let (at, uncharged) = (edge.column as usize, base + edge.cost);
            if uncharged >= self.limit || self.closed[at] {
                continue;
            }
            let distance = uncharged - price[at];
            if distance < self.distance[at] && distance < self.limit {
                if self.distance[at] == i64::MAX {
                    self.touched.push(edge.column);
                }
                if row_of_column[at] == NONE {
                    self.limit = distance;
                }
                self.distance[at] = distance;
                self.reached_by[at] = (u32::try_from(row).unwrap_or(NONE), edge.cost);
                self.heap.push(Reverse((distance, edge.column)));
            }
        }
    }

    fn forget(&mut self) {
        for &column in &self.touched {
            self.distance[column as usize] = i64::MAX;
            self.closed[column as usize] = false;
        }
        self.touched.clear();
        self.heap.clear();
        self.limit = i64::MAX;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COLUMNS: usize = 6;
    const FORBIDDEN: i64 = 1_000_000;

    fn some_rows() -> impl Strategy<Value = Vec<Row>> {
        let edges = prop::collection::vec(prop::option::weighted(0.6, -50i64..100), COLUMNS);
        prop::collection::vec((edges, 0i64..120), 1..9).prop_map(|rows| {
            let row = |(costs, alone): (Vec<Option<i64>>, i64)| {
                let edges = (0u32..).zip(costs);
                let edges = edges.filter_map(|(column, cost)| Some(Edge { column, cost: cost? }));
                Row { edges: edges.collect(), alone }
            };
            rows.into_iter().map(row).collect()
        })
    }

    /// The least sum, by a dense solver that shares no code.
    fn least(rows: &[Row]) -> i64 {
        let cost = |(row, column): (usize, usize)| match column.checked_sub(COLUMNS) {
            None => {
                let edge = rows[row].edges.iter().find(|edge| edge.column as usize == column);
                edge.map_or(FORBIDDEN, |edge| edge.cost)
            }
            Some(own) if own == row => rows[row].alone,
            Some(_) => FORBIDDEN,
        };
        let dense = pathfinding::matrix::Matrix::from_fn(rows.len(), COLUMNS + rows.len(), cost);
        pathfinding::prelude::kuhn_munkres_min(&dense).0
    }

    fn is_possible(edges: &[Edge]) -> bool {
        let columns: std::collections::BTreeSet<u32> =
            edges.iter().map(|edge| edge.column).collect();
        columns.len() == edges.len()
    }

    proptest! {
        /// As good as a dense solver, whatever edges are missing.
        #[test]
        fn it_is_as_cheap_as_a_dense_solver(rows in some_rows()) {
            let answer = assign(&rows, COLUMNS);
            let used: Vec<Edge> = answer.iter().flatten().copied().collect();
            prop_assert!(is_possible(&used), "a column is used twice: {used:?}");
            let costs = rows.iter().zip(&answer);
            let cost: i64 = costs.map(|(row, edge)| edge.map_or(row.alone, |one| one.cost)).sum();
            prop_assert_eq!(cost, least(&rows));
        }

        /// And so is what is made of an assignment that exists, with only the rows named that could
        /// do better by themselves.
        #[test]
        fn improving_ends_with_the_cheapest(rows in some_rows()) {
            let mut present: Vec<Edge> = Vec::new();
            for (row, own) in rows.iter().zip(COLUMNS as u32..) {
                let is_free = |edge: &&Edge| present.iter().all(|one| one.column != edge.column);
                let first = row.edges.iter().find(is_free).copied();
                present.push(first.unwrap_or(Edge { column: own, cost: row.alone }));
            }
            let edges = |row: usize| {
                let own = Edge { column: (COLUMNS + row) as u32, cost: rows[row].alone };
                rows[row].edges.iter().copied().chain([own])
            };
            let restless: Vec<usize> = (0..rows.len())
                .filter(|&row| edges(row).any(|edge| edge.cost < present[row].cost))
                .collect();
            let all: Vec<Row> = (0..rows.len())
                .map(|row| Row { edges: edges(row).collect(), alone: 0 })
                .collect();
            let chosen = improve(&present, &restless, COLUMNS + rows.len(), all.as_slice());
            prop_assert!(is_possible(&chosen), "a column is used twice: {chosen:?}");
            prop_assert_eq!(chosen.iter().map(|edge| edge.cost).sum::<i64>(), least(&rows));
        }
    }
}
