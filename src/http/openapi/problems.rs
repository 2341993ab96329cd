//! Every code that a problem can have: its status, and what it means for the one who asked. A test
//! holds the list against the table in `http/error.rs`.

/// Code, status, meaning.
pub const PROBLEMS: &[(&str, u16, &str)] = &[
    // the form of a request
    ("malformed", 400, "the body is not one JSON text"),
    ("unauthenticated", 401, "there is no access token, or it is not valid (any more)"),
    ("credentials", 401, "e-mail or password is wrong"),
    ("refresh-token", 401, "the refresh token was used, is over, or is none: log in again"),
    ("forbidden", 403, "whoever asks lacks the role"),
    ("own-case", 403, "nobody decides their own case"),
    ("alone", 403, "this takes a second person"),
    ("not-found", 404, "there is no such thing, or it is not yours to see"),
    ("method-not-allowed", 405, "the address does not know the method; `Allow` has those it knows"),
    ("too-large", 413, "the body is larger than it may be"),
    ("not-json", 415, "the body is not sent as `application/json`"),
    ("invalid", 422, "the form is right and a value is not; `errors` says where"),
    ("key-reused", 422, "the Idempotency-Key was used for another request"),
    ("key-busy", 409, "a request with this Idempotency-Key is under way: ask again in a second"),
    ("exists", 409, "it is there already"),
    ("outdated", 409, "it has changed since it was read: read it again"),
    ("too-many", 409, "there are as many as there may be"),
    ("closed", 403, "this login has been closed by an admin"),
    // deliveries
    ("kitchen-closed", 422, "the kitchen is closed then; `next_opening` says when it opens"),
    ("refused", 409, "the kitchen has refused it"),
    ("ended", 409, "the standing order has ended: make a new one"),
    ("no-price", 422, "no rule of the price book fits this delivery: ask the co-op"),
    ("fixed", 409, "this may not be changed any more in the delivery's state"),
    ("illegal-transition", 409, "it cannot become that from what it is now"),
    ("locked", 409, "a dispatcher has locked it"),
    ("quote-used", 409, "a delivery was made of this quote already"),
    ("quote-expired", 409, "the quote is too old: ask for another"),
    ("no-slot", 422, "the plan has no slot at that time"),
    ("slot-closed", 409, "the slot cannot be booked any more, or not yet"),
    ("slot-full", 409, "every place of the slot is taken"),
    ("unknown-column", 422, "the table has a column that is not known"),
    // at the door
    ("not-ready", 409, "the goods are not ready"),
    ("pickup-first", 409, "something is to be picked up before"),
    ("proof-missing", 422, "a drop-off needs the name of who took it"),
    ("picture", 422, "the bytes are no picture that is taken here"),
    ("offer-gone", 409, "the offer is answered, expired or withdrawn"),
    ("not-open-list", 409, "the co-op has not voted for an open list"),
    ("off-shift", 409, "this is for couriers on a shift"),
    ("on-break", 409, "the courier is on a break"),
    ("not-listed", 409, "the delivery is not on the list (any more)"),
    ("rule", 409, "a rule keeps the courier from this delivery"),
    ("route-not-empty", 409, "there are goods in the bag or deliveries promised"),
    ("suspended", 409, "the courier is suspended from work"),
    ("at-work", 409, "not during a shift, nor with a delivery in hand"),
    // the shift plan
    ("opening-over", 409, "the shift is not offered any more: withdrawn, or begun"),
    ("places-taken", 409, "every place is taken, or more are than there would be"),
    ("unsuited", 409, "the shift asks for a skill or a vehicle that the courier has not"),
    ("overlap", 409, "the courier has a shift at that time"),
    ("rest", 409, "it would leave too little rest, or make too many hours in a week"),
    ("not-offered", 409, "somebody else has taken this shift, or it is offered no longer"),
    ("day-off", 409, "the courier has days off then, which were granted"),
    ("too-late", 409, "it is too late to give this shift back: ask a dispatcher"),
    // what people decide
    ("answered", 409, "somebody has answered it already"),
    ("no-notice", 422, "a suspension has a fortnight's notice, unless safety is named"),
    ("line", 409, "the review is not about a line of pay that can be corrected"),
    ("last-admin", 409, "one admin always stays"),
    ("suspend", 409, "a courier is not shut out by this: suspend them, with a reason and notice"),
    // the books
    ("asked", 409, "somebody has asked for this already"),
    ("reversal", 409, "what takes an entry back is not taken back"),
    ("payout", 409, "what the bank has paid is not taken back here"),
    ("paid-out", 409, "it has been paid out since"),
    ("credited", 409, "a part of this price was given back already"),
    ("no-payer", 409, "the co-op has not said from which account, in euros, it pays"),
    ("nobody-to-pay", 409, "nobody is owed anything who can be paid"),
    ("in-pay-run", 409, "a transfer to this account is under way"),
    ("erased", 410, "somebody in this run has been erased: there is no file any more"),
    ("booked", 409, "the year's surplus is booked"),
    ("not-over", 409, "the year is not over"),
    ("no-surplus", 409, "there is nothing to share, or nobody to share it among"),
    ("reserve", 422, "the law asks for a larger reserve"),
    ("no-siren", 409, "the co-op has not said its SIREN, which the file is named after"),
    ("not-euros", 409, "these entries are not all in euros, as the file has to be"),
    ("too-long", 422, "the span has more lines than a statement may have"),
    // the server
    ("busy", 503, "the server cannot work now: ask again in a second"),
    ("internal", 500, "the server failed; its log has the cause under `request_id`"),
];

/// The status and the meaning of a code.
pub fn of(code: &str) -> Option<(u16, &'static str)> {
    PROBLEMS.iter().find(|(known, ..)| *known == code).map(|(_, status, means)| (*status, *means))
}

/// What every problem of a status has in common.
pub const STATUSES: &[(u16, &str, &str)] = &[
    (400, "BadRequest", "The body is not one JSON text."),
    (401, "Unauthenticated", "There is no access token, or it is not valid."),
    (403, "Forbidden", "Whoever asks may not do this."),
    (404, "NotFound", "There is no such thing, or it is not yours to see."),
    (409, "Conflict", "As things stand, this cannot be done."),
    (410, "Gone", "It was there, and is not any more."),
    (413, "TooLarge", "The body is larger than it may be."),
    (415, "NotJson", "The body is not sent as the media type that is read here."),
    (422, "Invalid", "The form is right and a value is not."),
    (503, "Busy", "The server cannot work now; `Retry-After` says when to ask again."),
];
