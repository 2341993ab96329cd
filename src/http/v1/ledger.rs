//! The books.

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::books;
use crate::db;
use crate::domain::ledger::checkpoint::{NotaryKey, Signed};
use crate::domain::time::Timestamp;
use crate::http::App;
use crate::http::auth::AsTreasurer;
use crate::http::body::query;
use crate::http::error::ApiError;
use crate::http::paging::{Page, Paging};

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LedgerAccountView")]
pub struct AccountView {
    code: String,
    kind: String,
    currency: String,
    balance: i64,
}

#[derive(Serialize, JsonSchema)]
pub struct TrialBalance {
    accounts: Vec<AccountView>,
    /// By currency; zero, or the books are broken.
    sum: BTreeMap<String, i64>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InstantQuery {
    at: Option<Timestamp>,
}

/// `GET /v1/ledger/trial-balance?at=...`: of now, or as the books stood at an instant.
pub async fn show_trial_balance(
    app: Data<App>,
    _by: AsTreasurer,
    request: HttpRequest,
) -> Result<Json<TrialBalance>, ApiError> {
    let InstantQuery { at } = query(&request)?;
    let mut conn = app.coop.conn().await?;
    let balances = match at {
        Some(at) => db::ledger::balances_at(&mut conn, at).await?,
        None => db::ledger::balances(&mut conn).await?,
    };
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

/// `GET /v1/ledger/checkpoints`: what the co-op has signed, the newest first. For everybody, so that
/// many keep it.
pub async fn list_checkpoints(
    app: Data<App>,
    request: HttpRequest,
) -> Result<Json<Page<Signed>>, ApiError> {
    let paging: Paging = query(&request)?;
    let limit = paging.limit()?;
    let mut conn = app.coop.conn().await?;
    let newest = db::ledger::checkpoints::newest(&mut conn, paging.cursor()?, limit).await?;
    Ok(Json(Page::new(newest, limit, |signed| signed.number)))
}

#[derive(Serialize, JsonSchema)]
pub struct SignedNow {
    /// `None`: nothing was booked since the last one.
    checkpoint: Option<Signed>,
}

/// `POST /v1/ledger/checkpoints`: signs now, without waiting for the hour.
pub async fn sign_checkpoint(
    app: Data<App>,
    _by: AsTreasurer,
) -> Result<Json<SignedNow>, ApiError> {
    let checkpoint = books::sign_checkpoint(&app.coop, &app.notary).await?;
    Ok(Json(SignedNow { checkpoint }))
}

#[derive(Serialize, JsonSchema)]
pub struct KeyView {
    /// 64 hexadecimal digits of an Ed25519 key.
    key: NotaryKey,
}

/// `GET /v1/ledger/key`: by what statements are verified. Whoever trusts nobody writes it down.
pub async fn show_key(app: Data<App>) -> Json<KeyView> {
    Json(KeyView { key: app.notary.key() })
}
