//! Every error as `application/problem+json` (RFC 9457): status and code in one table, the cause in
//! the log and never in the answer.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::HeaderName;
use schemars::JsonSchema;
use serde::Serialize;

use crate::commands::CommandError;
use crate::commands::open_list::OpenListError;
use crate::commands::routes::RouteOrder;
use crate::domain::delivery::{DeliveryError, LegError, RequestError, UndoError};
use crate::domain::expense::ExpenseError;
use crate::domain::fleet::VehicleError;
use crate::domain::handover::{HandoverError, Need};
use crate::domain::identity::UserError;
use crate::domain::ledger::reversal::ReversalError;
use crate::domain::pay_run::PayRunError;
use crate::domain::quote::QuoteError;
use crate::domain::review::ReviewError;
use crate::domain::shift::ShiftError;
use crate::domain::shift::absence::AbsenceError;
use crate::domain::shift::correction::CorrectionError;
use crate::domain::shift::opening::OpeningError;
use crate::domain::shift::rest::RestError;
use crate::domain::shift::roster::RosterError;
use crate::domain::shift::timesheet::TimesheetError;
use crate::domain::slot::SlotError;
use crate::domain::surplus::SurplusError;
use crate::domain::suspension::SuspensionError;
use crate::domain::time::Timestamp;
use crate::domain::tour::TourError;

mod answer;

/// One thing that is wrong with a request, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Fault {
    /// JSON Pointer (RFC 6901) into the body.
    pub pointer: String,
    pub detail: String,
}

/// What is wrong at a place, if it has one.
fn at(pointer: Option<&str>, error: &dyn fmt::Display) -> Vec<Fault> {
    let fault = |pointer: &str| Fault { pointer: pointer.to_owned(), detail: error.to_string() };
    pointer.map(fault).into_iter().collect()
}

#[derive(Debug)]
pub enum ApiError {
    Unauthenticated(&'static str),
    Forbidden(&'static str),
    NotFound(&'static str),
    /// With the methods that the address knows.
    MethodNotAllowed {
        allowed: &'static str,
    },
    TooLarge {
        bytes_max: usize,
    },
    NotJson,
    /// The body, the path or the query does not have the asked-for form.
    Malformed {
        detail: String,
        pointer: Option<String>,
    },
    /// The form is right and the meaning is not.
    Invalid {
        detail: String,
        pointer: Option<String>,
    },
    Command(CommandError),
}

impl From<CommandError> for ApiError {
    fn from(error: CommandError) -> Self {
        Self::Command(error)
    }
}

impl From<diesel::result::Error> for ApiError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Command(error.into())
    }
}

impl ApiError {
    /// The whole table: status and machine-readable code, one line per cause.
    pub(super) fn problem(&self) -> (StatusCode, &'static str) {
        use AbsenceError as A;
        use CommandError as C;
        use CorrectionError as K;
        use DeliveryError as D;
        use ExpenseError as X;
        use HandoverError as H;
        use LegError as L;
        use OpenListError as O;
        use OpeningError as N;
        use PayRunError as P;
        use RosterError as R;
        use SurplusError as S;
        use UndoError as U;
        use VehicleError as V;
        match self {
            Self::Unauthenticated(_) => (StatusCode::UNAUTHORIZED, "unauthenticated"),
            Self::Forbidden(_) => (StatusCode::FORBIDDEN, "forbidden"),
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "not-found"),
            Self::MethodNotAllowed { .. } => (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"),
            Self::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
            Self::NotJson => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json"),
            Self::Malformed { .. } => (StatusCode::BAD_REQUEST, "malformed"),
            Self::Invalid { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            Self::Command(C::NotFound(_)) => (StatusCode::NOT_FOUND, "not-found"),
            Self::Command(C::Exists(_)) => (StatusCode::CONFLICT, "exists"),
            Self::Command(C::Credentials) => (StatusCode::UNAUTHORIZED, "credentials"),
            Self::Command(C::RefreshToken) => (StatusCode::UNAUTHORIZED, "refresh-token"),
            Self::Command(C::Closed) => (StatusCode::FORBIDDEN, "closed"),
            Self::Command(C::User(UserError::LastAdmin)) => (StatusCode::CONFLICT, "last-admin"),
            Self::Command(C::User(UserError::Suspend)) => (StatusCode::CONFLICT, "suspend"),
            Self::Command(
                C::Request(_)
                | C::Window(_)
                | C::User(UserError::NoRole | UserError::Merchant | UserError::Courier)
                | C::Password(_),
            ) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            Self::Command(C::Delivery(D::NoSuchTask | D::NotYours)) => {
                (StatusCode::NOT_FOUND, "not-found")
            }
            Self::Command(C::Delivery(D::NotReady { .. })) => (StatusCode::CONFLICT, "not-ready"),
            Self::Command(C::Delivery(D::PickupFirst)) => (StatusCode::CONFLICT, "pickup-first"),
            Self::Command(C::Delivery(D::Handover(
                H::Parcel(_) | H::Foreign(_) | H::Twice(_) | H::NothingLeft,
            ))) => (StatusCode::UNPROCESSABLE_ENTITY, "parcels"),
            Self::Command(C::Delivery(D::Handover(H::Pictures))) => {
                (StatusCode::CONFLICT, "too-many")
            }
            Self::Command(C::Delivery(D::Handover(H::ProofMissing { .. }))) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "proof-missing")
            }
            Self::Command(C::Delivery(D::Handover(H::PinLocked))) => {
                (StatusCode::CONFLICT, "pin-locked")
            }
            Self::Command(C::Delivery(D::Handover(H::PinMissing))) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "pin-missing")
            }
            Self::Command(C::Delivery(D::Handover(H::PinWrong { .. }))) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "pin-wrong")
            }
            Self::Command(C::Delivery(D::Undo(U::Late(_)))) => (StatusCode::CONFLICT, "undo-late"),
            Self::Command(C::Delivery(D::Undo(U::Followed | U::TooOften))) => {
                (StatusCode::CONFLICT, "undo-followed")
            }
            Self::Command(C::Delivery(D::Undo(
                U::ShiftEnded | U::OtherEnded | U::Invoiced | U::Corrected,
            ))) => (StatusCode::CONFLICT, "undo-settled"),
            Self::Command(C::Delivery(D::Leg(L::NotAtHub))) => (StatusCode::CONFLICT, "not-at-hub"),
            Self::Command(C::Delivery(D::Leg(L::UnderWay | L::AtHub))) => {
                (StatusCode::CONFLICT, "first-leg")
            }
            Self::Command(C::Delivery(D::Leg(L::Split | L::Pickups))) => {
                (StatusCode::CONFLICT, "split")
            }
            Self::Command(C::Delivery(D::Leg(L::Closed))) => (StatusCode::CONFLICT, "hub-closed"),
            Self::Command(C::Delivery(D::Locked)) => (StatusCode::CONFLICT, "locked"),
            Self::Command(C::Delivery(D::InTour)) => (StatusCode::CONFLICT, "in-tour"),
            Self::Command(C::Delivery(D::Refused)) => (StatusCode::CONFLICT, "refused"),
            Self::Command(C::Delivery(D::TooManyTags | D::TooEarly { .. })) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid")
            }
            Self::Command(C::Delivery(D::Illegal { .. } | D::Task(_))) => {
                (StatusCode::CONFLICT, "illegal-transition")
            }
            Self::Command(C::Shift(ShiftError::RouteNotEmpty { .. })) => {
                (StatusCode::CONFLICT, "route-not-empty")
            }
            Self::Command(C::Shift(ShiftError::Ended | ShiftError::NotOpen)) => {
                (StatusCode::CONFLICT, "illegal-transition")
            }
            Self::Command(C::Vehicle(V::Taken { .. })) => (StatusCode::CONFLICT, "vehicle-taken"),
            Self::Command(C::Vehicle(V::Retired { .. })) => {
                (StatusCode::CONFLICT, "vehicle-retired")
            }
            Self::Command(C::Shift(ShiftError::Suspended)) => (StatusCode::CONFLICT, "suspended"),
            Self::Command(C::Shift(ShiftError::Hours(TimesheetError::TooMany))) => {
                (StatusCode::CONFLICT, "too-many")
            }
            Self::Command(C::Shift(ShiftError::Hours(
                TimesheetError::End | TimesheetError::Break,
            ))) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            Self::Command(C::Hours(K::NotEnded)) => (StatusCode::CONFLICT, "illegal-transition"),
            Self::Command(C::Hours(K::Same)) => (StatusCode::CONFLICT, "exists"),
            Self::Command(C::Hours(K::Answered)) => (StatusCode::CONFLICT, "answered"),
            Self::Command(C::Hours(K::OwnCase)) => (StatusCode::FORBIDDEN, "own-case"),
            Self::Command(C::Hours(K::Length | K::NotOver | K::Reason)) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid")
            }
            Self::Command(C::Opening(N::Places | N::Length | N::Begin) | C::Template(_)) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid")
            }
            Self::Command(C::Opening(N::Fewer { .. }) | C::Roster(R::Full)) => {
                (StatusCode::CONFLICT, "places-taken")
            }
            Self::Command(C::Opening(N::Over)) => (StatusCode::CONFLICT, "opening-over"),
            Self::Command(C::Roster(R::Skill(_) | R::Vehicle)) => {
                (StatusCode::CONFLICT, "unsuited")
            }
            Self::Command(C::Roster(R::Rest(RestError::Overlap { .. }))) => {
                (StatusCode::CONFLICT, "overlap")
            }
            Self::Command(C::Roster(R::Rest(RestError::Daily { .. } | RestError::Week { .. }))) => {
                (StatusCode::CONFLICT, "rest")
            }
            Self::Command(C::Roster(R::NotOffered)) => (StatusCode::CONFLICT, "not-offered"),
            Self::Command(C::Absence(A::Rules | A::Days | A::Reason)) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid")
            }
            Self::Command(C::Absence(A::Answered)) => (StatusCode::CONFLICT, "answered"),
            Self::Command(C::Absence(A::OwnCase)) => (StatusCode::FORBIDDEN, "own-case"),
            Self::Command(C::Absence(A::DayOff { .. })) => (StatusCode::CONFLICT, "day-off"),
            Self::Command(C::Roster(R::Begun)) => (StatusCode::CONFLICT, "illegal-transition"),
            Self::Command(C::Roster(R::TooLate { .. })) => (StatusCode::CONFLICT, "too-late"),
            Self::Command(C::Review(ReviewError::Answered)) => (StatusCode::CONFLICT, "answered"),
            Self::Command(C::Review(ReviewError::OwnCase)) => (StatusCode::FORBIDDEN, "own-case"),
            Self::Command(C::Suspension(SuspensionError::OwnCase)) => {
                (StatusCode::FORBIDDEN, "own-case")
            }
            Self::Command(C::Review(ReviewError::Correction)) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid")
            }
            Self::Command(C::Review(ReviewError::Line | ReviewError::NoPiece)) => {
                (StatusCode::CONFLICT, "line")
            }
            Self::Command(C::Reversal(ReversalError::Asked)) => (StatusCode::CONFLICT, "asked"),
            Self::Command(C::Reversal(ReversalError::OfReversal)) => {
                (StatusCode::CONFLICT, "reversal")
            }
            Self::Command(C::Reversal(ReversalError::OfPayout)) => (StatusCode::CONFLICT, "payout"),
            Self::Command(C::Reversal(ReversalError::PaidOut)) => {
                (StatusCode::CONFLICT, "paid-out")
            }
            Self::Command(C::Reversal(ReversalError::Alone)) => (StatusCode::FORBIDDEN, "alone"),
            Self::Command(C::PayRun(P::NoPayer | P::NotEuros)) => {
                (StatusCode::CONFLICT, "no-payer")
            }
            Self::Command(C::PayRun(P::Day)) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            Self::Command(C::PayRun(P::Nobody)) => (StatusCode::CONFLICT, "nobody-to-pay"),
            Self::Command(C::PayRun(P::Confirmed | P::Cancelled)) => {
                (StatusCode::CONFLICT, "illegal-transition")
            }
            Self::Command(C::PayRun(P::Erased)) => (StatusCode::GONE, "erased"),
            Self::Command(C::PayRun(P::UnderWay)) => (StatusCode::CONFLICT, "in-pay-run"),
            Self::Command(C::Reversal(ReversalError::Credited)) => {
                (StatusCode::CONFLICT, "credited")
            }
            Self::Command(C::Expense(X::Answered)) => (StatusCode::CONFLICT, "answered"),
            Self::Command(C::Expense(X::OwnCase)) => (StatusCode::FORBIDDEN, "own-case"),
            Self::Command(C::Expense(X::Amount | X::Day | X::Allowed | X::Reason)) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid")
            }
            Self::Command(C::Surplus(S::Booked)) => (StatusCode::CONFLICT, "booked"),
            Self::Command(C::Surplus(S::Moved { .. })) => (StatusCode::CONFLICT, "outdated"),
            Self::Command(C::Surplus(S::NotOver)) => (StatusCode::CONFLICT, "not-over"),
            Self::Command(C::Surplus(S::None { .. } | S::Nobody | S::TooMuch)) => {
                (StatusCode::CONFLICT, "no-surplus")
            }
            Self::Command(C::Surplus(S::Costs)) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            Self::Command(C::Surplus(S::Reserve { .. })) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "reserve")
            }
            Self::Command(C::Suspension(SuspensionError::NoNotice { .. })) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "no-notice")
            }
            Self::Command(C::Suspension(SuspensionError::Span)) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid")
            }
            Self::Command(C::Picture(_)) => (StatusCode::UNPROCESSABLE_ENTITY, "picture"),
            Self::Command(C::AtWork) => (StatusCode::CONFLICT, "at-work"),
            Self::Command(C::Offer(_)) => (StatusCode::CONFLICT, "offer-gone"),
            Self::Command(C::OpenList(O::NotVoted)) => (StatusCode::CONFLICT, "not-open-list"),
            Self::Command(C::OpenList(O::OffShift)) => (StatusCode::CONFLICT, "off-shift"),
            Self::Command(C::OpenList(O::OnBreak)) => (StatusCode::CONFLICT, "on-break"),
            Self::Command(C::OpenList(O::NotListed)) => (StatusCode::CONFLICT, "not-listed"),
            Self::Command(C::OpenList(O::Rule(_))) => (StatusCode::CONFLICT, "rule"),
            Self::Command(
                C::Outdated(_) | C::RouteMoved(_) | C::Tour(TourError::Outdated { .. }),
            ) => (StatusCode::CONFLICT, "outdated"),
            Self::Command(C::Tour(TourError::Delivery { cause, .. })) => {
                Self::Command(C::Delivery(cause.clone())).problem()
            }
            Self::Command(C::Tour(TourError::TooLong)) => (StatusCode::CONFLICT, "too-many"),
            Self::Command(C::Tour(TourError::NothingOpen)) => {
                (StatusCode::CONFLICT, "illegal-transition")
            }
            Self::Command(C::PickupFirst | C::Tour(TourError::PickupFirst)) => {
                (StatusCode::CONFLICT, "pickup-first")
            }
            Self::Command(C::Amount(_)) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            Self::Command(C::Delivery(D::Fixed { .. })) => (StatusCode::CONFLICT, "fixed"),
            Self::Command(C::Delivery(D::Packages | D::TooManyToScan | D::TooFarAhead)) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid")
            }
            Self::Command(C::Quote(QuoteError::Used { .. })) => {
                (StatusCode::CONFLICT, "quote-used")
            }
            Self::Command(C::Quote(QuoteError::Expired { .. })) => {
                (StatusCode::CONFLICT, "quote-expired")
            }
            Self::Command(C::NoSiren) => (StatusCode::CONFLICT, "no-siren"),
            Self::Command(C::NotEuros) => (StatusCode::CONFLICT, "not-euros"),
            Self::Command(C::TooLong) => (StatusCode::UNPROCESSABLE_ENTITY, "too-long"),
            Self::Command(C::NoPrice(_)) => (StatusCode::UNPROCESSABLE_ENTITY, "no-price"),
            Self::Command(C::Book(_)) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            Self::Command(C::Plan(_) | C::Slot(SlotError::Window) | C::Rush(_)) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid")
            }
            Self::Command(C::Slot(SlotError::NoSuch { .. })) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "no-slot")
            }
            Self::Command(C::Slot(SlotError::Closed { .. } | SlotError::TooFarAhead { .. })) => {
                (StatusCode::CONFLICT, "slot-closed")
            }
            Self::Command(C::Slot(SlotError::Full { .. })) => (StatusCode::CONFLICT, "slot-full"),
            Self::Command(C::Terms(_) | C::Passed { .. }) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid")
            }
            Self::Command(C::Standing(_)) => (StatusCode::CONFLICT, "ended"),
            Self::Command(C::Kitchen(_)) => (StatusCode::UNPROCESSABLE_ENTITY, "kitchen-closed"),
            Self::Command(C::Column { .. }) => (StatusCode::UNPROCESSABLE_ENTITY, "unknown-column"),
            Self::Command(C::Target(_)) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            Self::Command(C::TooMany(_)) => (StatusCode::CONFLICT, "too-many"),
            Self::Command(C::KeyReused) => (StatusCode::UNPROCESSABLE_ENTITY, "key-reused"),
            Self::Command(C::KeyBusy) => (StatusCode::CONFLICT, "key-busy"),
            Self::Command(C::Busy(_)) => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            Self::Command(C::Internal(_)) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        }
    }

    fn faults(&self) -> Vec<Fault> {
        match self {
            Self::Malformed { detail, pointer: Some(pointer) }
            | Self::Invalid { detail, pointer: Some(pointer) } => {
                vec![Fault { pointer: pointer.clone(), detail: detail.clone() }]
            }
            Self::Command(CommandError::Delivery(DeliveryError::Handover(error))) => {
                let fault = |pointer: &str, detail: &dyn fmt::Display| Fault {
                    pointer: pointer.to_owned(),
                    detail: detail.to_string(),
                };
                match error {
                    HandoverError::ProofMissing { lacks } => {
                        lacks.iter().map(|need| fault(need.pointer(), need)).collect()
                    }
                    HandoverError::PinMissing | HandoverError::PinWrong { .. } => {
                        vec![fault(Need::Pin.pointer(), error)]
                    }
                    HandoverError::Foreign(_) => vec![fault(Need::Scan.pointer(), error)],
                    HandoverError::NothingLeft => vec![fault("/missing", error)],
                    HandoverError::Parcel(_)
                    | HandoverError::Twice(_)
                    | HandoverError::Pictures
                    | HandoverError::PinLocked => Vec::new(),
                }
            }
            Self::Command(CommandError::Request(error @ RequestError::PinAtPickup)) => {
                vec![Fault { pointer: "/pickups".to_owned(), detail: error.to_string() }]
            }
            Self::Command(CommandError::PayRun(error @ PayRunError::Day)) => {
                vec![Fault { pointer: "/execute_on".to_owned(), detail: error.to_string() }]
            }
            Self::Command(CommandError::Expense(error)) => at(error.pointer(), error),
            Self::Command(CommandError::Hours(error)) => at(error.pointer(), error),
            Self::Command(CommandError::Kitchen(closed)) => {
                vec![Fault { pointer: "/ready_at".to_owned(), detail: closed.to_string() }]
            }
            Self::Command(CommandError::Terms(error)) => {
                vec![Fault { pointer: "/order".to_owned(), detail: error.to_string() }]
            }
            Self::Command(CommandError::Target(error)) => {
                vec![Fault { pointer: "/url".to_owned(), detail: error.to_string() }]
            }
            Self::Command(CommandError::Book(error)) => {
                let pointer = match error.rule {
                    Some(number) => format!("/book/rules/{number}"),
                    None => "/book".to_owned(),
                };
                vec![Fault { pointer, detail: error.to_string() }]
            }
            _ => Vec::new(),
        }
    }

    /// How many PINs a stop still takes, after a wrong one.
    const fn tries_left(&self) -> Option<u8> {
        match self {
            Self::Command(CommandError::Delivery(DeliveryError::Handover(
                HandoverError::PinWrong { left },
            ))) => Some(*left),
            _ => None,
        }
    }

    const fn route(&self) -> Option<&RouteOrder> {
        match self {
            Self::Command(CommandError::RouteMoved(route)) => Some(route),
            _ => None,
        }
    }

    /// When a kitchen that is closed opens next.
    const fn next_opening(&self) -> Option<Timestamp> {
        match self {
            Self::Command(CommandError::Kitchen(closed)) => closed.next_opening,
            _ => None,
        }
    }

    /// Seconds after which the same request may go better.
    const fn retry_after(&self) -> Option<&'static str> {
        match self {
            Self::Command(CommandError::KeyBusy | CommandError::Busy(_)) => Some("1"),
            _ => None,
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unauthenticated(detail) | Self::Forbidden(detail) => f.write_str(detail),
            Self::NotFound(what) => write!(f, "no such {what}"),
            Self::MethodNotAllowed { .. } => f.write_str("this address does not know that method"),
            Self::TooLarge { bytes_max } => {
                write!(f, "the body is larger than {bytes_max} bytes")
            }
            Self::NotJson => f.write_str("send JSON, with Content-Type: application/json"),
            Self::Malformed { detail, .. } | Self::Invalid { detail, .. } => f.write_str(detail),
            Self::Command(error) => write!(f, "{error}"),
        }
    }
}

/// What is said of a request that went wrong (RFC 9457).
#[derive(Serialize, JsonSchema)]
pub struct Problem<'a> {
    /// A URI that ends on the code.
    r#type: String,
    title: &'a str,
    status: u16,
    /// What is wrong, for people.
    detail: String,
    /// What is wrong, for programs.
    code: &'a str,
    /// By which the server's log knows the request.
    request_id: String,
    /// Where it is wrong, as far as that is known.
    errors: Vec<Fault>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_opening: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tries_left: Option<u8>,
    /// The route as it is, where another one was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<RouteOrder>,
}

/// The header that carries a request's id, in and out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
