//! Deliveries as a table, for spreadsheets and accounts.

use super::table::Table;
use crate::domain::delivery::Delivery;
use crate::domain::task::TaskKind;
use crate::domain::time::Timestamp;

const COLUMNS: [&str; 12] = [
    "id",
    "reference",
    "state",
    "placed_at",
    "ready_at",
    "due_at",
    "picked_up_at",
    "ended_at",
    "dropoff.address",
    "packages",
    "price",
    "currency",
];

/// One line a delivery.
pub fn table(deliveries: &[Delivery]) -> Table {
    let columns = COLUMNS.map(str::to_owned).to_vec();
    Table { columns, rows: deliveries.iter().map(row).collect() }
}

fn row(delivery: &Delivery) -> Vec<String> {
    let or_empty = |at: Option<Timestamp>| at.map_or_else(String::new, |at| at.to_string());
    let door = delivery.tasks.iter().rfind(|task| task.kind == TaskKind::Dropoff);
    let address = door.and_then(|door| door.stop.address.as_ref());
    let packages = delivery.packages.iter().map(|one| format!("{}={}", one.name, one.quantity));
    let cents = delivery.price.amount;
    vec![
        delivery.id.to_string(),
        delivery.external_reference.as_ref().map_or_else(String::new, ToString::to_string),
        delivery.state.name().to_owned(),
        delivery.placed_at.to_string(),
        delivery.ready_at.to_string(),
        delivery.due_at.to_string(),
        or_empty(delivery.state.picked_up_at()),
        or_empty(delivery.state.ended_at()),
        address.map_or_else(String::new, ToString::to_string),
        packages.collect::<Vec<_>>().join(" "),
        format!("{}.{:02}", cents / 100, cents % 100),
        delivery.price.currency.to_string(),
    ]
}
