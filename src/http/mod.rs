//! HTTP and nothing else: every route on one screen, by audience.

use std::sync::Arc;

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;

use crate::commands::positions::Intake;
use crate::config::Config;
use crate::coop::Coop;
use crate::domain::ledger::checkpoint::Notary;
use crate::live::Live;
use crate::loops::Hub;
use crate::outbound::address::Reach;
use crate::outbound::push::Pusher;
use crate::pictures::Pictures;

pub mod auth;
mod body;
pub mod error;
pub mod events;
mod json;
mod made;
pub mod openapi;
mod ops;
mod pages;
mod paging;
mod request_id;
mod rules;
mod serve;
mod sheet;
mod tracking;
pub mod v1;
pub mod views;
mod words;

use error::ApiError;
use made::{answered, created};
pub use serve::serve;

/// What handlers work with.
pub struct App {
    pub coop: Coop,
    pub live: Live,
    pub intake: Intake,
    pub pictures: Pictures,
    pub hub: Hub,
    pub keys: auth::Keys,
    pub notary: Arc<Notary>,
    pub pusher: Pusher,
    pub config: Config,
    pub metrics: Option<PrometheusHandle>,
    /// Cancelled when the server stops: ends the streams.
    pub stop: CancellationToken,
}

/// Every address of the server. One resource a path: another method is a 405, not a 404.
pub fn routes(to: &mut ServiceConfig) {
    use v1::{
        absences, acts, ask, automation, bank_accounts, board, books, calendars, corrections,
        couriers, decisions, deliveries, desk, expenses, hubs, imports, incidents, invoice_page,
        invoices, kitchens, labels, ledger, me, merchants, notices, offers, open_list, openings,
        pay_runs, phone, positions, prices, proofs, pulse, push, quotes, reviews, rights, roster,
        route, session, settings, shifts, slots, standing_orders, statements, stream, surplus,
        swaps, tasks, timesheets, tours, transparency, users, vehicles, webhooks,
    };
    use web::{delete, get, patch, post, put};
    let at = |path: &str| web::resource(path).default_service(web::to(method_not_allowed));
    // what every phone says every few seconds: found before all others
    to.service(
        at("/v1/me/positions")
            .route(get().to(positions::list_my_positions))
            .route(post().to(positions::report_positions)),
    );
    // everybody
    to.service(at("/v1/auth/login").route(post().to(session::log_in)))
        .service(at("/v1/auth/refresh").route(post().to(session::refresh)))
        .service(at("/v1/auth/logout").route(post().to(session::log_out)))
        .service(at("/oauth2/token").route(post().to(session::issue_token)))
        .service(at("/.well-known/jwks.json").route(get().to(session::show_keys)))
        .service(at("/v1/openapi.json").route(get().to(openapi::show_openapi)))
        .service(at("/docs").route(get().to(openapi::show_docs)))
        .service(at("/v1/clock").route(get().to(session::show_clock)))
        .service(at("/v1/transparency").route(get().to(transparency::show_transparency)))
        .service(at("/v1/indicators").route(get().to(rights::show_indicators)))
        .service(
            at("/v1/ledger/checkpoints")
                .route(get().to(ledger::list_checkpoints))
                .route(post().to(ledger::sign_checkpoint)),
        )
        .service(at("/v1/ledger/key").route(get().to(ledger::show_key)))
        .service(at("/v1/me").route(get().to(session::show_me)))
        .service(at("/v1/stream").route(get().to(stream::follow_stream)));
    // merchants and dispatchers
    to.service(
        at("/v1/deliveries")
            .route(get().to(deliveries::list_deliveries))
            .route(post().to(deliveries::create_delivery)),
    )
    .service(
        at("/v1/deliveries/{id}")
            .route(get().to(deliveries::show_delivery))
            .route(patch().to(deliveries::amend_delivery)),
    )
    .service(at("/v1/deliveries/{id}/ready").route(post().to(deliveries::ready_delivery)))
    .service(at("/v1/deliveries/{id}/links").route(get().to(deliveries::show_links)))
    .service(at("/v1/deliveries/{id}/labels").route(get().to(labels::print_labels)))
    .service(at("/v1/deliveries/{id}/notices").route(get().to(notices::list_notices)))
    .service(
        at("/v1/slot-plans")
            .route(get().to(slots::list_plans))
            .route(post().to(slots::create_plan)),
    )
    .service(at("/v1/slot-plans/{id}/slots").route(get().to(slots::list_slots)))
    .service(at("/v1/quotes").route(post().to(quotes::create_quote)))
    .service(at("/v1/quotes/{id}").route(get().to(quotes::show_quote)))
    .service(at("/v1/quotes/{id}/take").route(post().to(quotes::take_quote)))
    .service(at("/v1/deliveries/{id}/cancel").route(post().to(deliveries::cancel_delivery)))
    .service(at("/v1/deliveries/{id}/return").route(post().to(deliveries::return_delivery)))
    .service(at("/v1/deliveries/{id}/tip").route(post().to(deliveries::tip_delivery)));
    // kitchens
    to.service(
        at("/v1/merchants/{id}/kitchen")
            .route(get().to(kitchens::show_kitchen))
            .route(put().to(kitchens::set_kitchen)),
    )
    .service(at("/v1/merchants/{id}/kitchen/rush").route(post().to(kitchens::rush_kitchen)))
    .service(at("/v1/deliveries/{id}/accept").route(post().to(kitchens::accept_delivery)))
    .service(at("/v1/deliveries/{id}/refuse").route(post().to(kitchens::refuse_delivery)));
    // standing orders
    to.service(
        at("/v1/standing-orders")
            .route(get().to(standing_orders::list_standing_orders))
            .route(post().to(standing_orders::create_standing_order)),
    )
    .service(
        at("/v1/standing-orders/{id}")
            .route(get().to(standing_orders::show_standing_order))
            .route(put().to(standing_orders::change_standing_order)),
    )
    .service(
        at("/v1/standing-orders/{id}/pause")
            .route(post().to(standing_orders::pause_standing_order)),
    )
    .service(
        at("/v1/standing-orders/{id}/resume")
            .route(post().to(standing_orders::resume_standing_order)),
    )
    .service(
        at("/v1/standing-orders/{id}/end").route(post().to(standing_orders::end_standing_order)),
    );
    // merchants' tables
    to.service(at("/v1/imports").route(post().to(imports::create_import)))
        .service(at("/v1/imports/{id}").route(get().to(imports::show_import)))
        .service(at("/v1/imports/{id}/rows").route(get().to(imports::list_rows)))
        .service(at("/v1/imports/{id}/failed").route(get().to(imports::download_failed)))
        .service(at("/v1/exports/deliveries").route(get().to(imports::export_deliveries)))
        .service(at("/v1/exports/proofs").route(get().to(proofs::export_proofs)));
    // merchants' programs
    to.service(at("/v1/events").route(get().to(webhooks::list_events)))
        .service(
            at("/v1/webhooks")
                .route(get().to(webhooks::list_webhooks))
                .route(post().to(webhooks::create_webhook)),
        )
        .service(
            at("/v1/webhooks/{id}")
                .route(get().to(webhooks::show_webhook))
                .route(patch().to(webhooks::change_webhook))
                .route(delete().to(webhooks::remove_webhook)),
        )
        .service(at("/v1/webhooks/{id}/secret").route(post().to(webhooks::rotate_secret)))
        .service(at("/v1/webhooks/{id}/test").route(post().to(webhooks::test_webhook)))
        .service(at("/v1/webhooks/{id}/messages").route(get().to(webhooks::list_messages)))
        .service(at("/v1/webhook-messages/{id}").route(get().to(webhooks::show_message)))
        .service(at("/v1/webhook-messages/{id}/replay").route(post().to(webhooks::replay_message)));
    to.service(at("/v1/deliveries/{id}/proofs").route(get().to(proofs::list_proofs)))
        .service(at("/v1/proofs/{id}").route(get().to(proofs::show_proof)));
    // couriers
    to.service(at("/v1/me/shifts").route(get().to(shifts::list_my_shifts)))
        .service(at("/v1/me/shift").route(get().to(shifts::show_my_shift)))
        .service(at("/v1/me/shift/start").route(post().to(shifts::start_my_shift)))
        .service(at("/v1/me/shift/stop").route(post().to(shifts::stop_my_shift)))
        .service(at("/v1/me/shift/pause").route(post().to(shifts::pause_my_shift)))
        .service(at("/v1/me/shift/resume").route(post().to(shifts::resume_my_shift)))
        .service(at("/v1/me/events").route(post().to(phone::report_events)))
        .service(at("/v1/me/decisions").route(get().to(decisions::list_my_decisions)))
        .service(at("/v1/me/offers").route(get().to(offers::list_my_offers)))
        .service(at("/v1/me/open-list").route(get().to(open_list::list_open_jobs)))
        .service(at("/v1/deliveries/{id}/take").route(post().to(open_list::take_delivery)))
        .service(
            at("/v1/me/route")
                .route(get().to(route::show_my_route))
                .route(post().to(route::reorder_my_route)),
        )
        .service(at("/v1/me/pay").route(get().to(me::show_my_pay)))
        .service(at("/v1/me/statement").route(get().to(me::show_my_statement)))
        .service(at("/v1/me/statement.csv").route(get().to(statements::download_statement)))
        .service(at("/v1/me/statement.html").route(get().to(statements::print_statement)))
        .service(
            at("/v1/me/reviews")
                .route(get().to(reviews::list_my_reviews))
                .route(post().to(reviews::open_review)),
        )
        .service(at("/v1/me/reversals").route(get().to(corrections::list_my_reversals)))
        .service(at("/v1/me/reversals/{id}/agree").route(post().to(corrections::agree_as_courier)))
        .service(
            at("/v1/me/bank-account")
                .route(get().to(bank_accounts::show_my_account))
                .route(put().to(bank_accounts::set_my_account))
                .route(delete().to(bank_accounts::remove_my_account)),
        )
        .service(
            at("/v1/me/expenses")
                .route(get().to(expenses::list_my_expenses))
                .route(post().to(expenses::hand_in_expense)),
        )
        .service(at("/v1/me/expenses/{id}").route(delete().to(expenses::withdraw_expense)))
        .service(
            at("/v1/me/expenses/{id}/receipt")
                .route(get().to(expenses::show_my_receipt))
                .route(put().to(expenses::attach_receipt)),
        )
        .service(
            at("/v1/me/push")
                .route(get().to(push::show_push))
                .route(put().to(push::knock_at))
                .route(delete().to(push::stop_push)),
        )
        .service(at("/v1/me/suspensions").route(get().to(reviews::list_my_suspensions)))
        .service(at("/v1/me/export").route(get().to(rights::export_me)))
        .service(at("/v1/me/erase").route(post().to(rights::erase_me)))
        .service(at("/v1/offers/{id}").route(get().to(offers::show_offer)))
        .service(at("/v1/offers/{id}/accept").route(post().to(offers::accept_offer)))
        .service(at("/v1/offers/{id}/decline").route(post().to(offers::decline_offer)))
        .service(at("/v1/tasks/{id}/proofs").route(post().to(proofs::add_proof)))
        .service(at("/v1/tasks/{id}/start").route(post().to(tasks::start_task)))
        .service(at("/v1/tasks/{id}/done").route(post().to(tasks::complete_task)))
        .service(at("/v1/tasks/{id}/failed").route(post().to(tasks::fail_task)))
        .service(at("/v1/tasks/{id}/undo").route(post().to(tasks::undo_task)));
    // what goes wrong on the way
    to.service(
        at("/v1/me/incidents")
            .route(get().to(incidents::list_my_incidents))
            .route(post().to(incidents::report_incident)),
    )
    .service(at("/v1/me/incidents/{id}/pictures").route(post().to(incidents::add_incident_picture)))
    .service(at("/v1/incidents").route(get().to(incidents::list_incidents)))
    .service(
        at("/v1/incidents/{id}")
            .route(get().to(incidents::show_incident))
            .route(patch().to(incidents::file_incident)),
    )
    .service(at("/v1/incidents/{id}/close").route(post().to(incidents::close_incident)))
    .service(at("/v1/incidents/{id}/reopen").route(post().to(incidents::reopen_incident)))
    .service(at("/v1/incidents/{id}/comments").route(post().to(incidents::comment_incident)))
    .service(at("/v1/incident-pictures/{id}").route(get().to(incidents::show_incident_picture)))
    .service(at("/v1/deliveries/{id}/incidents").route(get().to(incidents::list_shared_incidents)));
    // couriers' choice of shifts, and the desk's plan of them
    to.service(at("/v1/me/openings").route(get().to(roster::list_my_openings)))
        .service(at("/v1/openings/{id}/apply").route(post().to(roster::apply_for_opening)))
        .service(at("/v1/openings/{id}/leave").route(post().to(roster::leave_waitlist)))
        .service(at("/v1/me/shifts/{id}/give-back").route(post().to(roster::give_back_shift)))
        .service(
            at("/v1/me/shifts/{id}/swap")
                .route(post().to(swaps::offer_shift))
                .route(delete().to(swaps::withdraw_swap)),
        )
        .service(at("/v1/me/swaps").route(get().to(swaps::list_my_swaps)))
        .service(at("/v1/me/colleagues").route(get().to(swaps::list_colleagues)))
        .service(at("/v1/shifts/{id}/take").route(post().to(swaps::take_shift)))
        .service(
            at("/v1/me/availability")
                .route(get().to(absences::show_availability))
                .route(put().to(absences::set_availability)),
        )
        .service(
            at("/v1/me/days-off")
                .route(get().to(absences::list_my_days_off))
                .route(post().to(absences::ask_days_off)),
        )
        .service(at("/v1/me/days-off/{id}/withdraw").route(post().to(absences::withdraw_days_off)))
        .service(at("/v1/days-off").route(get().to(absences::list_days_off)))
        .service(at("/v1/days-off/{id}/answer").route(post().to(absences::answer_days_off)))
        .service(
            at("/v1/openings")
                .route(get().to(openings::list_openings))
                .route(post().to(openings::create_opening)),
        )
        .service(at("/v1/openings/{id}").route(put().to(openings::change_opening)))
        .service(at("/v1/openings/{id}/withdraw").route(post().to(openings::withdraw_opening)))
        .service(at("/v1/shifts/{id}/cancel").route(post().to(openings::cancel_shift)))
        .service(
            at("/v1/shift-templates")
                .route(get().to(openings::list_templates))
                .route(post().to(openings::create_template)),
        )
        .service(
            at("/v1/shift-templates/{id}")
                .route(put().to(openings::change_template))
                .route(delete().to(openings::remove_template)),
        )
        .service(
            at("/v1/shift-templates/{id}/publish").route(post().to(openings::publish_template)),
        )
        .service(
            at("/v1/me/calendar")
                .route(get().to(calendars::show_my_calendar))
                .route(post().to(calendars::make_my_calendar))
                .route(delete().to(calendars::withdraw_my_calendar)),
        )
        .service(at("/calendar/{id}.ics").route(get().to(calendars::show_calendar)))
        .service(at("/v1/shifts/{id}/correct").route(post().to(timesheets::correct_shift)))
        .service(at("/v1/me/shifts/{id}/correct").route(post().to(timesheets::correct_my_shift)))
        .service(at("/v1/shift-corrections").route(get().to(timesheets::list_corrections)))
        .service(at("/v1/me/shift-corrections").route(get().to(timesheets::list_my_corrections)))
        .service(
            at("/v1/shift-corrections/{id}/answer").route(post().to(timesheets::answer_correction)),
        )
        .service(
            at("/v1/me/shift-corrections/{id}/answer")
                .route(post().to(timesheets::answer_my_correction)),
        )
        .service(at("/v1/couriers/{id}/skills").route(put().to(openings::set_skills)));
    // dispatchers
    to.service(at("/v1/board").route(get().to(board::show_board)))
        .service(
            at("/v1/automation")
                .route(get().to(automation::list_switches))
                .route(post().to(automation::switch_automation)),
        )
        .service(
            at("/v1/tours").route(get().to(tours::list_tours)).route(post().to(tours::create_tour)),
        )
        .service(
            at("/v1/tours/{id}")
                .route(get().to(tours::show_tour))
                .route(patch().to(tours::change_tour)),
        )
        .service(at("/v1/tours/{id}/give").route(post().to(tours::give_tour)))
        .service(at("/v1/tours/{id}/take-back").route(post().to(tours::take_back_tour)))
        .service(at("/v1/tours/{id}/carry").route(post().to(tours::carry_tour)))
        .service(at("/v1/tours/{id}/remove").route(post().to(tours::remove_tour)))
        .service(at("/v1/acts").route(get().to(acts::list_acts)))
        .service(at("/v1/pulse").route(get().to(pulse::show_pulse)))
        .service(at("/v1/board/ask").route(post().to(ask::ask_engine)))
        .service(at("/v1/board/acts").route(post().to(desk::perform_acts)))
        .service(at("/v1/couriers/{id}/earnings").route(get().to(ask::show_earnings)))
        .service(at("/v1/couriers/{id}/route").route(post().to(desk::reorder_route)))
        .service(at("/v1/deliveries/{id}/assign").route(post().to(deliveries::assign_delivery)))
        .service(at("/v1/deliveries/{id}/unassign").route(post().to(deliveries::unassign_delivery)))
        .service(at("/v1/deliveries/{id}/why").route(get().to(decisions::explain_delivery)))
        .service(at("/v1/decisions/{id}").route(get().to(decisions::show_decision)))
        .service(
            at("/v1/couriers/{id}/shifts")
                .route(get().to(timesheets::list_shifts))
                .route(post().to(couriers::plan_shift)),
        )
        .service(at("/v1/couriers/{id}/suspensions").route(post().to(reviews::suspend_courier)))
        .service(at("/v1/suspensions/{id}/lift").route(post().to(reviews::lift_suspension)))
        .service(at("/v1/reviews").route(get().to(reviews::list_reviews)))
        .service(at("/v1/reviews/{id}").route(get().to(reviews::show_review)))
        .service(at("/v1/reviews/{id}/answer").route(post().to(reviews::answer_review)));
    // representatives
    to.service(at("/v1/representative/summary").route(get().to(rights::show_summary)));
    // treasurers
    to.service(at("/v1/ledger/trial-balance").route(get().to(ledger::show_trial_balance)))
        .service(at("/v1/ledger/entries/{id}/reverse").route(post().to(corrections::reverse_entry)))
        .service(at("/v1/ledger/reversals").route(get().to(corrections::list_reversals)))
        .service(
            at("/v1/ledger/reversals/{id}/agree").route(post().to(corrections::agree_as_treasurer)),
        )
        .service(at("/v1/reviews/{id}/correct").route(post().to(corrections::correct_review)))
        .service(at("/v1/pay-runs/preview").route(get().to(pay_runs::preview_run)))
        .service(
            at("/v1/pay-runs")
                .route(get().to(pay_runs::list_runs))
                .route(post().to(pay_runs::create_run)),
        )
        .service(at("/v1/pay-runs/{id}").route(get().to(pay_runs::show_run)))
        .service(at("/v1/pay-runs/{id}/pain001").route(get().to(pay_runs::download_transfers)))
        .service(at("/v1/pay-runs/{id}/confirm").route(post().to(pay_runs::confirm_run)))
        .service(at("/v1/pay-runs/{id}/cancel").route(post().to(pay_runs::cancel_run)))
        .service(at("/v1/pay-runs/{id}/failed").route(post().to(pay_runs::fail_transfer)))
        .service(at("/v1/ledger/fec").route(get().to(books::download_fec)))
        .service(at("/v1/ledger/journal").route(get().to(books::download_journal)))
        .service(at("/v1/ledger/journal.csv").route(get().to(books::download_journal_table)));
    to.service(at("/v1/expenses").route(get().to(expenses::list_expenses)))
        .service(at("/v1/expenses/{id}/receipt").route(get().to(expenses::show_receipt)))
        .service(at("/v1/expenses/{id}/answer").route(post().to(expenses::answer_expense)));
    to.service(at("/v1/surpluses/preview").route(post().to(surplus::preview_surplus))).service(
        at("/v1/surpluses")
            .route(get().to(surplus::list_surpluses))
            .route(post().to(surplus::book_surplus)),
    );
    // treasurers, and merchants their own
    to.service(
        at("/v1/invoices")
            .route(get().to(invoices::list_invoices))
            .route(post().to(invoices::issue_invoices)),
    )
    .service(at("/v1/invoices/preview").route(post().to(invoices::preview_invoices)))
    .service(at("/v1/invoices/{id}").route(get().to(invoices::show_invoice)))
    .service(at("/v1/invoices/{id}/html").route(get().to(invoice_page::print_invoice)))
    .service(at("/v1/invoices/{id}/csv").route(get().to(invoice_page::download_invoice)))
    .service(at("/v1/receivables").route(get().to(invoices::list_receivables)))
    .service(at("/v1/merchants/{id}/payments").route(post().to(invoices::record_payment)))
    .service(at("/v1/ledger/entries/{id}/credit").route(post().to(invoices::credit_price)));
    // admins (lists: dispatchers too)
    to.service(
        at("/v1/merchants")
            .route(get().to(merchants::list_merchants))
            .route(post().to(merchants::create_merchant)),
    )
    .service(at("/v1/merchants/{id}/clients").route(post().to(merchants::create_client)))
    .service(
        at("/v1/couriers")
            .route(get().to(couriers::list_couriers))
            .route(post().to(couriers::create_courier)),
    )
    .service(
        at("/v1/users").route(get().to(users::list_users)).route(post().to(users::create_user)),
    )
    .service(at("/v1/users/{id}").route(patch().to(users::change_user)))
    .service(
        at("/v1/price-books")
            .route(get().to(prices::list_books))
            .route(post().to(prices::create_book)),
    )
    .service(at("/v1/price-books/try").route(post().to(prices::try_book)))
    .service(at("/v1/settings").route(get().to(settings::show_settings)))
    .service(
        at("/v1/zones").route(get().to(prices::list_zones)).route(post().to(prices::create_zone)),
    )
    .service(
        at("/v1/vehicles")
            .route(get().to(vehicles::list_vehicles))
            .route(post().to(vehicles::create_vehicle)),
    )
    .service(at("/v1/vehicles/{id}").route(patch().to(vehicles::change_vehicle)));
    // goods that change hands on the way
    to.service(at("/v1/hubs").route(get().to(hubs::list_hubs)).route(post().to(hubs::create_hub)))
        .service(at("/v1/hubs/{id}").route(patch().to(hubs::change_hub)))
        .service(at("/v1/deliveries/{id}/splits").route(get().to(hubs::list_splits)));
    // customers
    to.service(
        at("/t/{id}")
            .route(get().to(tracking::show_tracking))
            .route(post().to(tracking::leave_note)),
    );
    to.service(at("/rules").route(get().to(rules::show_rules)));
    // operators and browsers
    to.service(at("/livez").route(get().to(ops::live)))
        .service(at("/readyz").route(get().to(ops::ready)))
        .service(at("/metrics").route(get().to(ops::metrics)))
        .service(at("/").route(get().to(pages::show_page)))
        .service(at("/app").route(get().to(pages::go_into)))
        .service(at("/verify").route(get().to(pages::go_into)))
        .service(at("/verify/").route(get().to(pages::show_page)))
        .service(at("/app/{file:.*}").route(get().to(pages::show_page)))
        .service(at("/assets/{file:.*}").route(get().to(pages::show_page)));
}

/// Whose addresses this server may be made to talk to.
pub const fn reach(config: &Config) -> Reach {
    if config.webhooks.private_targets { Reach::Anywhere } else { Reach::Public }
}

async fn not_found() -> Result<HttpResponse, ApiError> {
    Err(ApiError::NotFound("address"))
}

async fn method_not_allowed(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let allowed = openapi::methods(request.match_pattern().as_deref()).unwrap_or_default();
    Err(ApiError::MethodNotAllowed { allowed })
}
