//! Founding a town through the admin API: merchants and their tills, people, couriers, the rota.

use std::sync::Arc;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::json;

use crate::domain::geo::Position;
use crate::domain::ids::{CourierId, MerchantId};
use crate::domain::time::Timestamp;

use super::client::{Api, Call, CallError, Login, Session};
use super::shop::Shop;
use super::wire::{ClientOut, Named, Page};

/// The password of everybody a demo makes up.
pub const PASSWORD: &str = "paceline-demo";

/// The admin's desk. Everything made here carries an idempotency key that begins with `tag`, so
/// that founding the same town again founds nothing new.
#[derive(Debug)]
pub struct Office {
    pub api: Api,
    pub admin: Session,
    pub tag: String,
}

/// A merchant to be registered.
#[derive(Clone, Debug)]
pub struct NewMerchant<'a> {
    pub name: &'a str,
    /// `restaurant`, `shop` or `producer`.
    pub kind: &'a str,
    pub place: Position,
    pub address: String,
}

impl Office {
    pub fn open(api: &Api, admin: Login, tag: String) -> Self {
        Self { api: api.clone(), admin: Session::new(api, admin), tag }
    }

    async fn create<T: DeserializeOwned>(&self, call: Call, what: String) -> Result<T, CallError> {
        self.admin.send(&call.idempotency_key(format!("{}-{what}", self.tag))).await
    }

    /// All merchants or couriers there are, by name.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn list<Id: DeserializeOwned>(
        &self,
        route: &'static str,
    ) -> Result<Vec<Named<Id>>, CallError> {
        all_pages(&self.admin, route, "").await
    }

    /// Registers a merchant.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn merchant(&self, new: &NewMerchant<'_>) -> Result<MerchantId, CallError> {
        let body = json!({
            "name": new.name, "kind": new.kind, "place": new.place, "address": new.address,
        });
        let call = Call::post("/v1/merchants", &[]).json(body);
        let made: Named<MerchantId> = self.create(call, format!("mer-{}", slug(new.name))).await?;
        Ok(made.id)
    }

    /// Gives a merchant a till that can log in. Its secret is shown once, so every run makes its
    /// own: `run` tells them apart.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn till(&self, id: MerchantId, name: &str, run: &str) -> Result<Shop, CallError> {
        let client = self.client(id, name, run).await?;
        Ok(self.shop(id, name, client))
    }

    /// Makes the credential of a till.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn client(
        &self,
        id: MerchantId,
        name: &str,
        run: &str,
    ) -> Result<ClientOut, CallError> {
        let call =
            Call::post("/v1/merchants/{id}/clients", &[&id]).json(json!({"name": "robo till"}));
        self.create(call, format!("cli-{}-{run}", slug(name))).await
    }

    /// A merchant with a till that has its credential already.
    pub fn shop(&self, id: MerchantId, name: &str, client: ClientOut) -> Shop {
        let login = Login::Client { id: client.client_id, secret: client.client_secret };
        Shop { id, name: name.to_owned(), session: Arc::new(Session::new(&self.api, login)) }
    }

    /// Makes a login with roles, unless there is one with this address already.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn user(
        &self,
        name: &str,
        email: &str,
        roles: &[&str],
        merchant: Option<MerchantId>,
    ) -> Result<Session, CallError> {
        let mut body = json!({"name": name, "email": email, "password": PASSWORD, "roles": roles});
        if let Some(merchant) = merchant {
            body["merchant_id"] = json!(merchant);
        }
        let call = Call::post("/v1/users", &[]).json(body);
        known_is_fine(self.create::<IgnoredAny>(call, format!("usr-{email}")).await)?;
        Ok(self.session(email))
    }

    /// Takes a courier on.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn courier(
        &self,
        name: &str,
        email: &str,
        vehicle: &str,
    ) -> Result<CourierId, CallError> {
        let body = json!({"name": name, "email": email, "password": PASSWORD, "vehicle": vehicle});
        let call = Call::post("/v1/couriers", &[]).json(body);
        let made: Named<CourierId> = self.create(call, format!("cou-{email}")).await?;
        Ok(made.id)
    }

    /// Plans a shift, unless it is planned already.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn shift(
        &self,
        courier: CourierId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<(), CallError> {
        let call = Call::post("/v1/couriers/{id}/shifts", &[&courier])
            .json(json!({"from": from, "to": to}));
        let what = format!("sft-{courier}-{}", from.seconds());
        known_is_fine(self.create::<IgnoredAny>(call, what).await)
    }

    /// Somebody made up by a demo, about to log in.
    pub fn session(&self, email: &str) -> Session {
        let login = Login::Password { email: email.to_owned(), password: PASSWORD.to_owned() };
        Session::new(&self.api, login)
    }
}

/// Every item of a list, page after page. `filter` is empty or starts the query string.
///
/// # Errors
/// See [`CallError`].
pub async fn all_pages<T: DeserializeOwned>(
    session: &Session,
    route: &'static str,
    filter: &str,
) -> Result<Vec<T>, CallError> {
    let mut items = Vec::new();
    let mut cursor = String::new();
    loop {
        let query = format!("limit=200{filter}{cursor}");
        let page: Page<T> = session.send(&Call::get(route, &[]).query(&query)).await?;
        items.extend(page.items);
        match page.next_cursor {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(items),
        }
    }
}

/// 409 means that somebody has been here before with the same wish.
fn known_is_fine(made: Result<IgnoredAny, CallError>) -> Result<(), CallError> {
    match made {
        Ok(_) => Ok(()),
        Err(error) if error.status() == Some(409) => Ok(()),
        Err(error) => Err(error),
    }
}

/// A name reduced to what an e-mail address or a key can hold.
pub fn slug(name: &str) -> String {
    let plain = |letter: char| match letter {
        'à' | 'â' | 'ä' => 'a',
        'ç' => 'c',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' | 'ö' => 'o',
        'ù' | 'û' | 'ü' => 'u',
        letter if letter.is_ascii_alphanumeric() => letter,
        _ => '-',
    };
    let dashed: String = name.to_lowercase().chars().map(plain).collect();
    let words: Vec<&str> = dashed.split('-').filter(|word| !word.is_empty()).collect();
    words.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_plain_ascii() {
        assert_eq!(slug("Chez Odette & Léon — Pâtes"), "chez-odette-leon-pates");
    }
}
