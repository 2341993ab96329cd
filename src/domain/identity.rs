//! People who log in, and the roles they have.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::ids::{CourierId, MerchantId, UserId};
use super::text::Name;

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
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum UserError {
    #[error("a user needs at least one role")]
    NoRole,
    #[error("the role `merchant` and a merchant_id go together")]
    Merchant,
    #[error("the role `courier` comes with the courier: create it at /v1/couriers")]
    Courier,
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

    #[test]
    fn an_address_is_one_login_however_it_is_typed() {
        assert_eq!(" Ada@Example.ORG".parse::<Email>().unwrap().as_str(), "ada@example.org");
        for wrong in ["", "ada", "@example.org", "ada@", "ada@org", "a b@c.d", "a@b@c.d", "a@.d"] {
            assert!(wrong.parse::<Email>().is_err(), "{wrong}");
        }
    }
}
