//! The shift plan: what is offered, who has it, and who waits.

use serde_json::{Value, json};

use super::operation::{Operation, delete, get, post, put};
use crate::http::tracking::LanguageQuery;
use crate::http::v1::absences::{self, DaysOffView};
use crate::http::v1::calendars::{self, CalendarLink};
use crate::http::v1::openings::{self, OpeningView, ShiftTemplateView, WeekQuery};
use crate::http::v1::timesheets::{self, CorrectionView};
use crate::http::v1::{roster, swaps};

/// What stands against somebody's having a shift.
const UNFIT: &[&str] = &["opening-over", "unsuited", "overlap", "rest", "suspended", "too-many"];

/// What stands against corrected hours.
const HOURS: &[&str] =
    &["illegal-transition", "exists", "too-many", "own-case", "overlap", "paid-out", "asked"];

/// An hour more, and a break in it.
fn hours() -> Value {
    json!({
        "started_at": "2026-03-02T11:00:00Z", "ended_at": "2026-03-02T15:00:00Z",
        "breaks": [{ "after": "2026-03-02T13:00:00Z", "before": "2026-03-02T13:20:00Z" }],
        "reason": "The phone was flat at the end.",
    })
}

pub fn operations() -> Vec<Operation> {
    vec![
        get("/v1/me/openings", roster::list_my_openings, "Shifts that are offered.")
            .note("In this week and the next, with what stands against each, if anything does."),
        post("/v1/openings/{id}/apply", roster::apply_for_opening, "Apply for a shift.")
            .note(
                "While there are places it is the courier's at once; else they wait. A place that becomes \
                 free goes to whoever has the fewest planned hours in that week, and of several to who \
                 came first. Twice is once.",
            )
            .refuses(UNFIT),
        post("/v1/openings/{id}/leave", roster::leave_waitlist, "Wait for a place no longer.")
            .status(204),
        post("/v1/me/shifts/{id}/give-back", roster::give_back_shift, "Give a planned shift back.")
            .note("As early as the shift policy asks for; the next in turn has it.")
            .status(204)
            .refuses(&["too-late", "illegal-transition"]),
        post("/v1/me/shifts/{id}/swap", swaps::offer_shift, "Offer a planned shift to colleagues.")
            .note("To one, or to all. It stays the courier's until somebody takes it.")
            .refuses(&["illegal-transition"]),
        delete("/v1/me/shifts/{id}/swap", swaps::withdraw_swap, "Offer a shift no longer.")
            .status(204)
            .refuses(&["illegal-transition"]),
        get("/v1/me/swaps", swaps::list_my_swaps, "Shifts that colleagues offer, and the own ones."),
        get("/v1/me/colleagues", swaps::list_colleagues, "To whom a shift can be offered."),
        post("/v1/shifts/{id}/take", swaps::take_shift, "Take a shift that a colleague offers.")
            .note("From one to the other in one step. Twice is once.")
            .refuses(&[
                "not-offered", "illegal-transition", "unsuited", "overlap", "rest", "suspended",
            ]),
        get("/v1/me/availability", absences::show_availability, "When the courier can work."),
        put("/v1/me/availability", absences::set_availability, "Say when you can work.")
            .note(
                "All of it at once. Whoever applies or is planned against it is warned, and not refused.",
            )
            .example(json!({ "rules": [{
                "hours": { "weekdays": [1, 2], "from": "18:00", "to": "23:00" }, "available": true,
            }] })),
        get("/v1/me/days-off", absences::list_my_days_off, "The own days off, the newest first."),
        post("/v1/me/days-off", absences::ask_days_off, "Ask for days off.")
            .makes::<DaysOffView>()
            .refuses(&["too-many"])
            .example(json!({ "first": "2026-03-09", "last": "2026-03-13", "note": "skiing" })),
        post("/v1/me/days-off/{id}/withdraw", absences::withdraw_days_off, "Take days off back.")
            .refuses(&["answered"]),
        get("/v1/days-off", absences::list_days_off, "Days off that are asked for, or to come."),
        post("/v1/days-off/{id}/answer", absences::answer_days_off, "Answer for days off.")
            .refuses(&["answered", "own-case"])
            .example(json!({ "answer": "refused", "reason": "It is the week of the fair." })),
        get("/v1/me/calendar", calendars::show_my_calendar, "Whether there is a calendar link."),
        post("/v1/me/calendar", calendars::make_my_calendar, "Make a secret link to the own shifts.")
            .note("For calendars elsewhere. The link is shown this once, and the one before works no longer.")
            .makes::<CalendarLink>(),
        delete("/v1/me/calendar", calendars::withdraw_my_calendar, "Withdraw the calendar link.")
            .status(204),
        get("/calendar/{id}.ics", calendars::show_calendar, "A courier's planned shifts.")
            .note("As iCalendar, with those that are cancelled. Whoever knows the link may read it.")
            .asks::<LanguageQuery>()
            .sends(&["text/calendar"]),
        get("/v1/couriers/{id}/shifts", timesheets::list_shifts, "Somebody's shifts, the newest first."),
        post("/v1/shifts/{id}/correct", timesheets::correct_shift, "Correct the hours of a shift.")
            .note(
                "Of one that has ended, and not one's own. What it was and what it is now stay written. \
                 Where less time would be paid it waits for the courier's answer; else it counts at once, \
                 and the guarantee is booked anew.",
            )
            .makes::<CorrectionView>()
            .refuses(HOURS)
            .example(hours()),
        post("/v1/me/shifts/{id}/correct", timesheets::correct_my_shift, "Ask for the hours to be corrected.")
            .note("A dispatcher answers.")
            .makes::<CorrectionView>()
            .refuses(HOURS)
            .example(hours()),
        get("/v1/shift-corrections", timesheets::list_corrections, "Corrected hours, the newest first."),
        get("/v1/me/shift-corrections", timesheets::list_my_corrections, "The own corrected hours."),
        post("/v1/shift-corrections/{id}/answer", timesheets::answer_correction, "Answer what a courier asks for.")
            .refuses(&["answered", "own-case", "overlap", "paid-out", "asked"])
            .example(json!({ "agreed": false, "reason": "The shop was shut by then." })),
        post("/v1/me/shift-corrections/{id}/answer", timesheets::answer_my_correction, "Agree to hours that pay less, or not.")
            .refuses(&["answered", "overlap", "paid-out", "asked"])
            .example(json!({ "agreed": true })),
        get("/v1/openings", openings::list_openings, "What is offered in a week.")
            .note("With those who have a place, and those who wait, in turn. This week, if none is named.")
            .asks::<WeekQuery>(),
        post("/v1/openings", openings::create_opening, "Offer a shift.")
            .makes::<OpeningView>()
            .example(json!({
                "window": { "after": "2026-03-09T11:00:00Z", "before": "2026-03-09T14:00:00Z" },
                "wanted": { "places": 3, "skills": ["keys"], "vehicles": ["cargo_bike"] },
            })),
        put("/v1/openings/{id}", openings::change_opening, "Change who is wanted.")
            .note("The hours stay. New places go to those who wait.")
            .refuses(&["opening-over", "places-taken"]),
        post("/v1/openings/{id}/withdraw", openings::withdraw_opening, "Offer a shift no longer.")
            .note("Who has a place has it no longer, and is told why.")
            .refuses(&["opening-over", "illegal-transition"]),
        post("/v1/shifts/{id}/cancel", openings::cancel_shift, "Take a planned shift off somebody.")
            .note("The courier is told why, and the next in turn has the place.")
            .status(204)
            .refuses(&["illegal-transition"]),
        get("/v1/shift-templates", openings::list_templates, "Weeks as they usually are."),
        post("/v1/shift-templates", openings::create_template, "Make a template of a week.")
            .makes::<ShiftTemplateView>()
            .refuses(&["too-many"])
            .example(json!({ "template": {
                "name": "usual", "skips_holidays": true, "spans": [{
                    "hours": { "weekdays": [1, 2, 3, 4, 5], "from": "11:30", "to": "14:00" },
                    "wanted": { "places": 3 },
                }],
            } })),
        put("/v1/shift-templates/{id}", openings::change_template, "Write a template anew.")
            .note("What was published from it stays as it is."),
        delete("/v1/shift-templates/{id}", openings::remove_template, "Take a template out of use.")
            .note("What was published from it stays.")
            .status(204),
        post("/v1/shift-templates/{id}/publish", openings::publish_template, "Offer a week's shifts.")
            .note("Each span on each of its days once, however often this is asked for.")
            .example(json!({ "week": "2026-W11" })),
        put("/v1/couriers/{id}/skills", openings::set_skills, "Say what a courier knows how to do.")
            .example(json!({ "skills": ["cargo", "cold-chain", "keys"] })),
    ]
}
