//! A row of a table as a request for a delivery, with the columns that the sector's software shares.

use std::collections::BTreeMap;

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::delivery::{IfUndeliverable, Package, Request};
use super::geo::Position;
use super::handover::{Need, Needs};
use super::identity::{Email, EmailError};
use super::task::{Contact, Stop};
use super::text::{Address, Instructions, Name, Phone, Text};
use super::time::{TimeWindow, Timestamp};

/// The columns that a table may have. `dropoff.latlong` is needed.
pub const COLUMNS: [&str; 21] = [
    "reference",
    "pickup.latlong",
    "pickup.address",
    "pickup.address.name",
    "pickup.address.telephone",
    "pickup.address.email",
    "pickup.comments",
    "pickup.timeslot",
    "pickup.needs",
    "dropoff.latlong",
    "dropoff.address",
    "dropoff.address.name",
    "dropoff.address.telephone",
    "dropoff.address.email",
    "dropoff.comments",
    "dropoff.timeslot",
    "dropoff.needs",
    "dropoff.packages",
    "weight",
    "ready_at",
    "if_undeliverable",
];

/// What is wrong with a row, and in which column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CellFault {
    /// None where it is the row's as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    pub detail: String,
}

/// Cells by column, without the empty ones.
pub type Cells = BTreeMap<String, String>;

/// Collects faults, so that a row tells all of them at once.
struct Reader<'a> {
    cells: &'a Cells,
    zone: &'a TimeZone,
    faults: Vec<CellFault>,
}

/// Reads a row. Times without an offset are where the co-op is.
///
/// # Errors
/// Every fault of the row.
pub fn request(cells: &Cells, zone: &TimeZone) -> Result<Request, Vec<CellFault>> {
    let mut reader = Reader { cells, zone, faults: Vec::new() };
    let pickup = reader.stop("pickup");
    let dropoff = reader.stop("dropoff");
    if dropoff.is_none() && reader.faults.is_empty() {
        reader
            .fault("dropoff.latlong", "is needed: latitude and longitude, such as 48.8566, 2.3522");
    }
    let packages = reader.packages();
    let request = Request {
        external_reference: reader.text("reference"),
        ready_at: reader.instant("ready_at"),
        pickups: pickup.into_iter().collect(),
        dropoffs: dropoff.into_iter().collect(),
        packages,
        instructions: reader.instructions(),
        if_undeliverable: reader.read("if_undeliverable", wish).unwrap_or_default(),
        slot: None,
    };
    if reader.faults.is_empty() { Ok(request) } else { Err(reader.faults) }
}

impl<'a> Reader<'a> {
    fn cell(&self, column: &str) -> Option<&'a str> {
        self.cells.get(column).map(String::as_str)
    }

    fn fault(&mut self, column: &str, detail: &str) {
        self.faults.push(CellFault { column: Some(column.to_owned()), detail: detail.to_owned() });
    }

    /// What `read` makes of a cell; a cell that it refuses is a fault.
    fn read<T>(&mut self, column: &str, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        match read(self.cell(column)?) {
            Ok(value) => Some(value),
            Err(detail) => {
                self.fault(column, &detail);
                None
            }
        }
    }

    fn text<const MAX: usize>(&mut self, column: &str) -> Option<Text<MAX>> {
        self.read(column, |text| Text::new(text).map_err(|error| error.to_string()))
    }

    fn stop(&mut self, kind: &str) -> Option<Stop> {
        let column = |name: &str| format!("{kind}.{name}");
        let place = self.read(&column("latlong"), position);
        let address: Option<Address> = self.text(&column("address"));
        let name: Option<Name> = self.text(&column("address.name"));
        let phone: Option<Phone> = self.text(&column("address.telephone"));
        let zone = self.zone;
        let window = self.read(&column("timeslot"), |text| span(text, zone));
        let email: Option<Email> = self.read(&column("address.email"), |text| {
            text.parse().map_err(|error: EmailError| error.to_string())
        });
        let contact = Contact { name, phone, email };
        let contact = (contact != Contact::default()).then_some(contact);
        let said = address.is_some() || contact.is_some() || window.is_some();
        if place.is_none() && said && self.cell(&column("latlong")).is_none() {
            self.fault(&column("latlong"), "is needed where something else is said of the stop");
        }
        let needs = self.read(&column("needs"), needs);
        Some(Stop { place: place?, address, contact, window, needs })
    }

    fn instant(&mut self, column: &str) -> Option<Timestamp> {
        let zone = self.zone;
        self.read(column, |text| match text.parse::<Timestamp>() {
            Ok(at) => Ok(at),
            Err(_) => local(text, zone),
        })
    }

    /// `small-box=1 big-box=2`; the weight is the whole order's, in kilograms.
    fn packages(&mut self) -> Vec<Package> {
        let grams = self.read("weight", grams).unwrap_or(0);
        let mut packages = self.read("dropoff.packages", packages).unwrap_or_default();
        if packages.is_empty() && grams > 0 {
            packages.extend(Name::new("parcel").ok().map(|name| Package {
                name,
                quantity: 1,
                volume_ml: 0,
                weight_g: 0,
            }));
        }
        let parcels: u32 = packages.iter().map(|one| u32::from(one.quantity)).sum();
        if let Some(each) = grams.checked_div(parcels) {
            for package in &mut packages {
                package.weight_g = each;
            }
        }
        packages
    }

    fn instructions(&mut self) -> Option<Instructions> {
        let said = ["pickup.comments", "dropoff.comments"];
        let said: Vec<&str> = said.iter().filter_map(|column| self.cell(column)).collect();
        if said.is_empty() {
            return None;
        }
        match Instructions::new(&said.join("\n")) {
            Ok(instructions) => Some(instructions),
            Err(error) => {
                self.fault("dropoff.comments", &error.to_string());
                None
            }
        }
    }
}

fn position(text: &str) -> Result<Position, String> {
    let example = || "latitude and longitude, such as 48.8566, 2.3522".to_owned();
    let (latitude, longitude) = text.split_once([',', ';', ' ']).ok_or_else(example)?;
    let number = |part: &str| part.trim().parse::<f64>().map_err(|_| example());
    Position::from_degrees(number(latitude)?, number(longitude)?).map_err(|error| error.to_string())
}

/// Kilograms, with a comma or a point, in whole grams.
fn grams(text: &str) -> Result<u32, String> {
    let wrong = || "kilograms, such as 2.5".to_owned();
    let text = text.replace(',', ".");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > 3 {
        return Err(wrong());
    }
    let kilograms: u32 = whole.parse().map_err(|_| wrong())?;
    let rest: u32 = format!("{part:0<3}").parse().map_err(|_| wrong())?;
    kilograms.checked_mul(1000).and_then(|grams| grams.checked_add(rest)).ok_or_else(wrong)
}

fn packages(text: &str) -> Result<Vec<Package>, String> {
    let wrong = || "packages with their numbers, such as small-box=1 big-box=2".to_owned();
    let one = |word: &str| {
        let (name, count) = word.split_once('=').ok_or_else(wrong)?;
        let quantity = count.parse().ok().filter(|count| *count > 0_u16).ok_or_else(wrong)?;
        let name = Name::new(name).map_err(|error| error.to_string())?;
        Ok(Package { name, quantity, volume_ml: 0, weight_g: 0 })
    };
    text.split_whitespace().map(one).collect()
}

fn wish(text: &str) -> Result<IfUndeliverable, String> {
    match text.trim() {
        "keep" => Ok(IfUndeliverable::Keep),
        "return" => Ok(IfUndeliverable::Return),
        _ => Err("is keep or return".to_owned()),
    }
}

/// `photo pin`
fn needs(text: &str) -> Result<Needs, String> {
    let word =
        |word: &str| Need::named(word).ok_or_else(|| format!("is {}", Need::NAMES.join(", ")));
    text.split([' ', ',']).filter(|word| !word.is_empty()).map(word).collect()
}

/// `2026-03-02 13:00` where the co-op is.
fn local(text: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    let wrong = || format!("`{text}` is not a time such as 2026-03-02 13:00");
    let (day, clock) = text.trim().split_once([' ', 'T']).ok_or_else(wrong)?;
    let day = day.parse::<jiff::civil::Date>().map_err(|_| wrong())?;
    let time = clock.trim().parse::<Time>().map_err(|_| wrong())?;
    let zoned = DateTime::from_parts(day, time).to_zoned(zone.clone()).map_err(|_| wrong())?;
    let at = Timestamp::from_millis(zoned.timestamp().as_millisecond());
    if at < Timestamp::EPOCH { Err(wrong()) } else { Ok(at) }
}

/// `2026-03-02 09:00 - 2026-03-02 12:00`, or `2026-03-02 09:00-12:00`.
fn span(text: &str, zone: &TimeZone) -> Result<TimeWindow, String> {
    let wrong = || "a time slot such as 2026-03-02 09:00 - 2026-03-02 12:00".to_owned();
    let (from, to) = match text.split_once(" - ") {
        Some((from, to)) => (from.trim().to_owned(), to.trim().to_owned()),
        None => {
            let (from, to) = text.trim().rsplit_once('-').ok_or_else(wrong)?;
            (from.trim().to_owned(), to.trim().to_owned())
        }
    };
    let to = if to.len() > 5 { to } else { format!("{} {to}", from.get(..10).ok_or_else(wrong)?) };
    let (after, before) = (local(&from, zone)?, local(&to, zone)?);
    TimeWindow::new(after, before).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cells: &[(&str, &str)]) -> Result<Request, Vec<CellFault>> {
        let cells = cells.iter().map(|(column, cell)| ((*column).to_owned(), (*cell).to_owned()));
        request(&cells.collect(), &TimeZone::get("Europe/Paris").unwrap())
    }

    #[test]
    fn a_whole_row_is_a_request() {
        let request = read(&[
            ("reference", "A-1"),
            ("dropoff.latlong", "48.86, 2.35"),
            ("dropoff.address", "5 Quai"),
            ("dropoff.address.telephone", "+33 1"),
            ("dropoff.timeslot", "2026-03-02 09:00-12:00"),
            ("dropoff.packages", "small-box=1 big-box=3"),
            ("weight", "2,5"),
            ("dropoff.comments", "ring"),
            ("ready_at", "2026-03-02 08:30"),
            ("if_undeliverable", "return"),
            ("dropoff.needs", "photo pin"),
        ])
        .unwrap();
        let needs = request.dropoffs[0].needs.clone();
        assert_eq!(needs, Some(Needs::from_iter([Need::Photo, Need::Pin])));
        assert_eq!(request.if_undeliverable, IfUndeliverable::Return);
        let window = request.dropoffs[0].window.unwrap();
        assert_eq!(window.after().to_string(), "2026-03-02T08:00:00.000Z");
        assert_eq!(window.before().to_string(), "2026-03-02T11:00:00.000Z");
        assert_eq!(request.ready_at.unwrap().to_string(), "2026-03-02T07:30:00.000Z");
        let sizes: Vec<_> = request.packages.iter().map(|p| (p.quantity, p.weight_g)).collect();
        assert_eq!(sizes, [(1, 625), (3, 625)]);
        let longer = read(&[
            ("dropoff.latlong", "48.86 2.35"),
            ("dropoff.timeslot", "2026-03-02 23:00 - 2026-03-03 01:00"),
        ]);
        let window = longer.unwrap().dropoffs[0].window.unwrap();
        assert_eq!(window.before().since(window.after()).0, 7200);
    }

    #[test]
    fn every_fault_of_a_row_is_told_with_its_column() {
        let faults = read(&[
            ("pickup.address", "1 Main Street"),
            ("dropoff.latlong", "95, 2"),
            ("dropoff.timeslot", "tomorrow"),
            ("dropoff.needs", "photo kiss"),
            ("dropoff.packages", "box"),
            ("weight", "heavy"),
            ("ready_at", "soon"),
            ("if_undeliverable", "burn"),
        ])
        .unwrap_err();
        let columns: Vec<&str> = faults.iter().filter_map(|f| f.column.as_deref()).collect();
        assert_eq!(
            columns,
            [
                "pickup.latlong",
                "dropoff.latlong",
                "dropoff.timeslot",
                "dropoff.needs",
                "weight",
                "dropoff.packages",
                "ready_at",
                "if_undeliverable",
            ]
        );
        assert_eq!(read(&[]).unwrap_err()[0].column.as_deref(), Some("dropoff.latlong"));
    }
}
