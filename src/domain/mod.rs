//! Nouns and rules of the trade. No IO, no clock, no chance, no async.
//!
//! Reading order: values ([`time`], [`day`], [`geo`], [`money`], [`iban`], [`siren`], [`ids`], [`text`]), people ([`identity`],
//! [`access`]), what is asked for ([`merchant`] with its [`kitchen`], [`delivery`], [`task`], [`handover`] with its [`pin`], [`proof`], [`desk`], [`tour`], [`hub`],
//! [`automation`], [`slot`] and the [`hours`] both are open by, [`standing`] orders with their
//! [`recurrence`] and [`holidays`], [`import`]), who does it ([`courier`], [`vehicle`], [`shift`], [`offer`],
//! [`intake`], [`trace`]), what the co-op voted ([`policy`], [`pricing`], [`pricebook`] with its
//! [`zone`]s, [`split`], [`pay`]), what merchants and customers are shown ([`quote`], [`tracking`]), what is
//! owed ([`ledger`], [`invoice`], [`surplus`]) and paid ([`pay_run`]), what a person decides ([`review`],
//! [`suspension`]), and what is told
//! ([`event`], [`webhook`]).

pub mod access;
pub mod automation;
pub mod courier;
pub mod day;
pub mod delivery;
pub mod desk;
pub mod event;
pub mod expense;
pub mod fleet;
pub mod geo;
pub mod handover;
pub mod holidays;
pub mod hours;
pub mod hub;
pub mod iban;
pub mod identity;
pub mod ids;
pub mod import;
pub mod incident;
pub mod intake;
pub mod invoice;
pub mod kitchen;
pub mod knock;
pub mod language;
pub mod ledger;
pub mod merchant;
pub mod money;
pub mod notice;
pub mod offer;
pub mod pay;
pub mod pay_run;
pub mod pin;
pub mod policy;
pub mod pricebook;
pub mod pricing;
pub mod proof;
pub mod quote;
pub mod recurrence;
pub mod review;
pub mod rules;
pub mod shift;
pub mod siren;
pub mod slot;
pub mod split;
pub mod standing;
pub mod surplus;
pub mod suspension;
pub mod task;
pub mod text;
pub mod time;
pub mod tour;
pub mod trace;
pub mod tracking;
pub mod vehicle;
pub mod webhook;
pub mod week;
pub mod zone;
