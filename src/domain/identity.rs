//! People who log in, and the roles they have.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::ids::{CourierId, MerchantId, UserId};
use super::text::Name;
use super::time::Timestamp;

/// What somebody may be here. One person can have several roles.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Courier,
    Merchant,
    Dispatcher,
    Treasurer,
    Representative,
    Member,
    Admin,
}

impl Role {
    pub const ALL: [Self; 7] = [
        Self::Courier,
        Self::Merchant,
        Self::Dispatcher,
        Self::Treasurer,
        Self::Representative,
        Self::Member,
        Self::Admin,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Courier => "courier",
            Self::Merchant => "merchant",
            Self::Dispatcher => "dispatcher",
            Self::Treasurer => "treasurer",
            Self::Representative => "representative",
            Self::Member => "member",
            Self::Admin => "admin",
        }
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a role")]
pub struct RoleError(String);

impl FromStr for Role {
    type Err = RoleError;
    fn from_str(text: &str) -> Result<Self, RoleError> {
        Self::ALL
            .into_iter()
            .find(|role| role.name() == text)
            .ok_or_else(|| RoleError(text.chars().take(40).collect()))
    }
}

/// An e-mail address in lower case: the login name.
///
/// Checked for shape only (one `@`, something on both sides, a dot in the domain, no spaces);
/// whether it exists is known when mail arrives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[schemars(with = "String", inline, extend("format" = "email", "maxLength" = 254))]
pub struct Email(String);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not an e-mail address")]
pub struct EmailError(String);

impl Email {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = EmailError;
    fn from_str(text: &str) -> Result<Self, EmailError> {
        let address = text.trim().to_lowercase();
        let fits = address.len() <= 254
            && !address.contains(|c: char| c.is_whitespace() || c.is_control())
            && address.split_once('@').is_some_and(|(local, domain)| {
                !local.is_empty()
                    && !domain.contains('@')
                    && domain.split('.').count() > 1
                    && domain.split('.').all(|label| !label.is_empty())
            });
        if fits { Ok(Self(address)) } else { Err(EmailError(text.chars().take(80).collect())) }
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Email {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// Somebody who can log in. A courier's or a merchant's user names whose affairs are the own ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct User {
    pub id: UserId,
    pub name: Name,
    pub email: Email,
    pub roles: Vec<Role>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub courier_id: Option<CourierId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merchant_id: Option<MerchantId>,
    /// Since when the login is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deactivated_at: Option<Timestamp>,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum UserError {
    #[error("a user needs at least one role")]
    NoRole,
    #[error("the role `merchant` and a merchant_id go together")]
    Merchant,
    #[error("the role `courier` comes with the courier: create it at /v1/couriers")]
    Courier,
    #[error("this is the last admin who may log in: make another one first")]
    LastAdmin,
    #[error("a courier's login is not closed: suspend the courier, with a reason and notice")]
    Suspend,
}

/// What is changed about somebody; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserChange {
    pub name: Option<Name>,
    pub roles: Option<Vec<Role>>,
    /// Whether they may log in.
    pub active: Option<bool>,
}

impl User {
    /// Roles and belongings must agree; roles are sorted and each kept once.
    pub fn checked(mut self) -> Result<Self, UserError> {
        self.roles.sort_unstable();
        self.roles.dedup();
        if self.roles.is_empty() {
            return Err(UserError::NoRole);
        }
        if self.roles.contains(&Role::Merchant) != self.merchant_id.is_some() {
            return Err(UserError::Merchant);
        }
        if self.roles.contains(&Role::Courier) != self.courier_id.is_some() {
            return Err(UserError::Courier);
        }
        Ok(self)
    }

    /// Whether they may log in and run the installation.
    pub fn administers(&self) -> bool {
        self.roles.contains(&Role::Admin) && self.deactivated_at.is_none()
    }

    /// The same person, changed; `None`: nothing differs. `other_admins`: whether somebody else runs
    /// the installation, too.
    ///
    /// # Errors
    /// [`UserError`]: the last admin stays one, and a courier who may not work any more is suspended.
    pub fn change(
        &self,
        change: UserChange,
        other_admins: bool,
        at: Timestamp,
    ) -> Result<Option<Self>, UserError> {
        let UserChange { name, roles, active } = change;
        let deactivated_at = match active {
            Some(true) => None,
            Some(false) => self.deactivated_at.or(Some(at)),
            None => self.deactivated_at,
        };
        let changed = Self {
            name: name.unwrap_or_else(|| self.name.clone()),
            roles: roles.unwrap_or_else(|| self.roles.clone()),
            deactivated_at,
            ..self.clone()
        };
        let changed = changed.checked()?;
        if changed.deactivated_at.is_some() && self.deactivated_at.is_none() && self.rides() {
            return Err(UserError::Suspend);
        }
        if self.administers() && !changed.administers() && !other_admins {
            return Err(UserError::LastAdmin);
        }
        Ok((changed != *self).then_some(changed))
    }

    fn rides(&self) -> bool {
        self.courier_id.is_some()
    }
}

/// Checks that a password is worth hashing: 10 to 200 characters (NIST SP 800-63B asks for length,
/// not for kinds of characters).
pub fn check_password(password: &str) -> Result<(), PasswordError> {
    let chars = password.chars().count();
    if (10..=200).contains(&chars) { Ok(()) } else { Err(PasswordError { chars }) }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a password has 10 to 200 characters, this one has {chars}")]
pub struct PasswordError {
    chars: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::uuid_v7;

    fn at(n: i64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000 + n)
    }

    fn user(roles: &[Role], courier_id: Option<CourierId>) -> User {
        User {
            id: UserId::from_uuid(uuid_v7(at(0), [1; 10])),
            name: Name::new("Ada").unwrap(),
            email: "ada@example.org".parse().unwrap(),
            roles: roles.to_vec(),
            courier_id,
            merchant_id: None,
            deactivated_at: None,
        }
    }

    fn closed() -> UserChange {
        UserChange { active: Some(false), ..UserChange::default() }
    }

    fn become_a(role: Role) -> UserChange {
        UserChange { roles: Some(vec![role]), ..UserChange::default() }
    }

    #[test]
    fn the_last_admin_stays_and_stays_in() {
        let admin = user(&[Role::Admin], None);
        for change in [closed(), become_a(Role::Member)] {
            assert_eq!(admin.change(change.clone(), false, at(1)), Err(UserError::LastAdmin));
            assert!(admin.change(change, true, at(1)).unwrap().is_some());
        }
        // One who may not log in is none.
        let gone = admin.change(closed(), true, at(1)).unwrap().unwrap();
        assert!(!gone.administers());
        assert!(gone.change(become_a(Role::Member), false, at(2)).is_ok());
    }

    #[test]
    fn a_login_closes_once_and_opens_again() {
        let ada = user(&[Role::Treasurer], None);
        let gone = ada.change(closed(), true, at(1)).unwrap().unwrap();
        assert_eq!(gone.deactivated_at, Some(at(1)));
        assert_eq!(gone.change(closed(), true, at(9)), Ok(None), "it is so already");
        let open = UserChange { active: Some(true), ..UserChange::default() };
        assert_eq!(gone.change(open, true, at(9)), Ok(Some(ada)));
    }

    #[test]
    fn a_courier_is_suspended_and_not_shut_out() {
        let id = CourierId::from_uuid(uuid_v7(at(0), [2; 10]));
        let lina = user(&[Role::Courier, Role::Dispatcher], Some(id));
        assert_eq!(lina.change(closed(), true, at(1)), Err(UserError::Suspend));
        assert_eq!(lina.change(become_a(Role::Member), true, at(1)), Err(UserError::Courier));
        let less = lina.change(become_a(Role::Courier), true, at(1)).unwrap().unwrap();
        assert_eq!(less.roles, [Role::Courier]);
    }

    #[test]
    fn an_address_is_one_login_however_it_is_typed() {
        assert_eq!(" Ada@Example.ORG".parse::<Email>().unwrap().as_str(), "ada@example.org");
        for wrong in ["", "ada", "@example.org", "ada@", "ada@org", "a b@c.d", "a@b@c.d", "a@.d"] {
            assert!(wrong.parse::<Email>().is_err(), "{wrong}");
        }
    }
}
