//! Where a courier wants to be paid.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::bank_accounts;
use crate::domain::iban::Iban;
use crate::domain::time::Timestamp;
use crate::http::App;
use crate::http::auth::AsCourier;
use crate::http::body::Body;
use crate::http::error::ApiError;

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BankAccountView")]
pub struct AccountView {
    /// The country and the last four: whoever looks over a shoulder learns no more.
    iban: String,
    since: Timestamp,
}

impl AccountView {
    fn new(iban: &Iban, since: Timestamp) -> Self {
        Self { iban: iban.masked(), since }
    }
}

#[derive(Serialize, JsonSchema)]
pub struct MyAccount {
    /// `None`: the courier has not said, and is left out of pay runs.
    account: Option<AccountView>,
}

/// `GET /v1/me/bank-account`
pub async fn show_my_account(app: Data<App>, by: AsCourier) -> Result<Json<MyAccount>, ApiError> {
    let found = bank_accounts::find(&app.coop, app.keys.seal(), by.0).await?;
    let account = found.map(|(iban, since)| AccountView::new(&iban, since));
    Ok(Json(MyAccount { account }))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BankAccountIn")]
pub struct AccountIn {
    iban: Iban,
}

/// `PUT /v1/me/bank-account`
pub async fn set_my_account(
    app: Data<App>,
    by: AsCourier,
    body: Body<AccountIn>,
) -> Result<Json<MyAccount>, ApiError> {
    let iban = body.value.iban;
    let since = bank_accounts::put(&app.coop, app.keys.seal(), by.0, &iban).await?;
    Ok(Json(MyAccount { account: Some(AccountView::new(&iban, since)) }))
}

/// `DELETE /v1/me/bank-account`: what is owed waits until there is another.
pub async fn remove_my_account(app: Data<App>, by: AsCourier) -> Result<HttpResponse, ApiError> {
    bank_accounts::remove(&app.coop, by.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
