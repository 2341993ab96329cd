//! Merchants, couriers and users come in.

use serde_json::json;

use super::{Answer, CommandError, Once, acts};
use crate::clock;
use crate::coop::Coop;
use crate::db::{Conn, couriers, identity, merchants};
use crate::domain::courier::Courier;
use crate::domain::geo::Position;
use crate::domain::identity::{Email, Role, User, check_password};
use crate::domain::ids::{ClientId, CourierId, MerchantId, UserId};
use crate::domain::merchant::{Merchant, MerchantKind};
use crate::domain::shift::skill::Skills;
use crate::domain::text::{Address, Name};
use crate::domain::vehicle::VehicleKind;
use crate::secrets;

/// A merchant to be.
#[derive(Clone, Debug)]
pub struct NewMerchant {
    pub name: Name,
    pub kind: MerchantKind,
    pub place: Position,
    pub address: Address,
}

pub async fn create_merchant(
    coop: &Coop,
    once: Option<&Once>,
    by: UserId,
    new: NewMerchant,
) -> Result<Answer<Merchant>, CommandError> {
    coop.once(once, async |tx| {
        let NewMerchant { name, kind, place, address } = new.clone();
        let merchant =
            Merchant { id: coop.clock.id(MerchantId::from_uuid), name, kind, place, address };
        merchants::insert(tx, &merchant, coop.clock.now()).await?;
        let what = json!({ "merchant_id": merchant.id });
        acts::note(coop, tx, by, "create_merchant", None, what).await?;
        Ok(merchant)
    })
    .await
}

/// A login to be.
#[derive(Clone)]
pub struct NewLogin {
    pub name: Name,
    pub email: Email,
    pub password: String,
}

async fn insert_user(
    coop: &Coop,
    tx: &mut Conn,
    user: &User,
    password_hash: &str,
) -> Result<(), CommandError> {
    if identity::find_login(tx, user.email.as_str()).await?.is_some() {
        return Err(CommandError::Exists("somebody logs in with this e-mail address already"));
    }
    Ok(identity::insert_user(tx, user, password_hash, coop.clock.now()).await?)
}

/// A user of any role but courier. Nobody makes the first one.
pub async fn create_user(
    coop: &Coop,
    once: Option<&Once>,
    by: Option<UserId>,
    login: NewLogin,
    roles: Vec<Role>,
    merchant_id: Option<MerchantId>,
) -> Result<Answer<User>, CommandError> {
    check_password(&login.password)?;
    let user = User {
        id: coop.clock.id(UserId::from_uuid),
        name: login.name,
        email: login.email,
        roles,
        courier_id: None,
        merchant_id,
        deactivated_at: None,
    };
    let user = user.checked()?;
    let password_hash = secrets::hash_password(login.password).await?;
    coop.once(once, async |tx| {
        if let Some(merchant) = user.merchant_id {
            merchants::find(tx, merchant).await?.ok_or(CommandError::NotFound("merchant"))?;
        }
        insert_user(coop, tx, &user, &password_hash).await?;
        if let Some(by) = by {
            let what = json!({ "user_id": user.id, "roles": user.roles });
            acts::note(coop, tx, by, "create_user", None, what).await?;
        }
        Ok(user.clone())
    })
    .await
}

/// A courier with the login to ride with.
pub async fn create_courier(
    coop: &Coop,
    once: Option<&Once>,
    by: UserId,
    login: NewLogin,
    vehicle: VehicleKind,
) -> Result<Answer<Courier>, CommandError> {
    check_password(&login.password)?;
    let courier = Courier {
        id: coop.clock.id(CourierId::from_uuid),
        name: login.name.clone(),
        vehicle,
        skills: Skills::default(),
    };
    let user = User {
        id: coop.clock.id(UserId::from_uuid),
        name: login.name,
        email: login.email,
        roles: vec![Role::Courier],
        courier_id: Some(courier.id),
        merchant_id: None,
        deactivated_at: None,
    };
    let password_hash = secrets::hash_password(login.password).await?;
    coop.once(once, async |tx| {
        couriers::insert(tx, &courier, coop.clock.now()).await?;
        insert_user(coop, tx, &user, &password_hash).await?;
        let what = json!({ "user_id": user.id });
        acts::note(coop, tx, by, "create_courier", Some(courier.id), what).await?;
        Ok(courier.clone())
    })
    .await
}

/// A merchant's machine credential; the secret is shown here and never again.
pub struct NewClient {
    pub id: ClientId,
    pub secret: String,
}

/// Not replayed by key: a secret is not kept, so a retry makes a new credential.
pub async fn create_client(
    coop: &Coop,
    by: UserId,
    merchant: MerchantId,
    name: Name,
) -> Result<NewClient, CommandError> {
    let id = coop.clock.id(ClientId::from_uuid);
    let secret = secrets::random_token();
    coop.transact(async |tx| {
        merchants::find(tx, merchant).await?.ok_or(CommandError::NotFound("merchant"))?;
        let hash = secrets::hash_token(&secret);
        identity::insert_client(tx, id, merchant, &name, &hash, clock::real_now()).await?;
        let what = json!({ "merchant_id": merchant, "client_id": id });
        acts::note(coop, tx, by, "create_client", None, what).await
    })
    .await?;
    Ok(NewClient { id, secret })
}

/// Makes the first admin where nobody can log in yet. `false` when somebody can.
pub async fn found(coop: &Coop, login: NewLogin) -> Result<bool, CommandError> {
    if identity::any_user(&mut *coop.conn().await?).await? {
        return Ok(false);
    }
    let outcome = create_user(coop, None, None, login, vec![Role::Admin], None).await;
    match outcome {
        // Another process was first.
        Err(CommandError::Exists(_)) => Ok(false),
        outcome => outcome.map(|_| true),
    }
}
