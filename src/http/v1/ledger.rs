//! The books.

use std::collections::BTreeMap;

use actix_web::web::{Data, Json};
use serde::Serialize;

use crate::db;
use crate::http::App;
use crate::http::auth::AsTreasurer;
use crate::http::error::ApiError;

#[derive(Serialize)]
pub struct AccountView {
    code: String,
    kind: String,
    currency: String,
    balance: i64,
}

#[derive(Serialize)]
pub struct TrialBalance {
    accounts: Vec<AccountView>,
    /// By currency; zero, or the books are broken.
    sum: BTreeMap<String, i64>,
}

/// `GET /v1/ledger/trial-balance`
pub async fn show_trial_balance(
    app: Data<App>,
    _by: AsTreasurer,
) -> Result<Json<TrialBalance>, ApiError> {
    let balances = db::ledger::balances(&mut *app.coop.conn().await?).await?;
    let mut sum = BTreeMap::new();
    for account in &balances {
        *sum.entry(account.currency.clone()).or_insert(0) += account.balance;
    }
    let view = |account: db::ledger::Balance| AccountView {
        code: account.code,
        kind: account.kind,
        currency: account.currency,
        balance: account.balance,
    };
    Ok(Json(TrialBalance { accounts: balances.into_iter().map(view).collect(), sum }))
}
