//! Accounts: one owner, one purpose, one currency. Codes are pseudonymous: ids, never names.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use crate::domain::ids::{CourierId, MerchantId};
use crate::domain::split::Parts;

/// An account by owner and purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// What the co-op owes the courier for work.
    CourierPay(CourierId),
    /// What customers gave the courier.
    CourierTips(CourierId),
    /// What the courier laid out for the co-op.
    CourierExpenses(CourierId),
    /// The courier's part of a year's surplus.
    CourierRefund(CourierId),
    /// What the merchant owes the co-op, as a negative balance.
    MerchantReceivable(MerchantId),
    /// What the co-op keeps of prices to run itself.
    CoopRevenue,
    /// Work: the couriers' share of prices comes in, their pay goes out.
    CoopOperations,
    /// Indivisible: it is never paid out to members.
    CoopReserve,
    CoopMutualFund,
    /// Owed to the tax office.
    CoopVat,
    /// Money at the bank, as a negative balance: what the bank owes, the co-op has.
    CoopBank,
}

impl Account {
    /// `courier:<uuid>:pay`, the key of the account for ever.
    pub fn code(self) -> String {
        let (family, purpose) = self.parts();
        match self.owner() {
            Some(owner) => format!("{family}:{owner}:{purpose}"),
            None => format!("{family}:{purpose}"),
        }
    }

    /// The account of a code; `None` when no account has it.
    pub fn parse(code: &str) -> Option<Self> {
        let mut parts = code.split(':');
        let account = match (parts.next()?, parts.next()?, parts.next()) {
            ("courier", id, Some(purpose)) => {
                let id = CourierId::from_uuid(Uuid::try_parse(id).ok()?);
                match purpose {
                    "pay" => Self::CourierPay(id),
                    "tips" => Self::CourierTips(id),
                    "expenses" => Self::CourierExpenses(id),
                    "refund" => Self::CourierRefund(id),
                    _ => return None,
                }
            }
            ("merchant", id, Some("receivable")) => {
                Self::MerchantReceivable(MerchantId::from_uuid(Uuid::try_parse(id).ok()?))
            }
            ("coop", "revenue", None) => Self::CoopRevenue,
            ("coop", "operations", None) => Self::CoopOperations,
            ("coop", "reserve", None) => Self::CoopReserve,
            ("coop", "mutual-fund", None) => Self::CoopMutualFund,
            ("coop", "vat", None) => Self::CoopVat,
            ("coop", "bank", None) => Self::CoopBank,
            _ => return None,
        };
        // One code for each account: a UUID can be written in several ways.
        (account.code() == code).then_some(account)
    }

    const fn parts(self) -> (&'static str, &'static str) {
        match self {
            Self::CourierPay(_) => ("courier", "pay"),
            Self::CourierTips(_) => ("courier", "tips"),
            Self::CourierExpenses(_) => ("courier", "expenses"),
            Self::CourierRefund(_) => ("courier", "refund"),
            Self::MerchantReceivable(_) => ("merchant", "receivable"),
            Self::CoopRevenue => ("coop", "revenue"),
            Self::CoopOperations => ("coop", "operations"),
            Self::CoopReserve => ("coop", "reserve"),
            Self::CoopMutualFund => ("coop", "mutual-fund"),
            Self::CoopVat => ("coop", "vat"),
            Self::CoopBank => ("coop", "bank"),
        }
    }

    /// `courier_pay`: what members read in the public book, where no owner is named.
    pub fn kind(self) -> String {
        let (family, purpose) = self.parts();
        format!("{family}_{}", purpose.replace('-', "_"))
    }

    /// The courier whose it is.
    pub const fn courier(self) -> Option<CourierId> {
        match self {
            Self::CourierPay(id)
            | Self::CourierTips(id)
            | Self::CourierExpenses(id)
            | Self::CourierRefund(id) => Some(id),
            Self::MerchantReceivable(_)
            | Self::CoopRevenue
            | Self::CoopOperations
            | Self::CoopReserve
            | Self::CoopMutualFund
            | Self::CoopVat
            | Self::CoopBank => None,
        }
    }

    pub const fn owner(self) -> Option<Uuid> {
        match self {
            Self::CourierPay(id)
            | Self::CourierTips(id)
            | Self::CourierExpenses(id)
            | Self::CourierRefund(id) => Some(id.uuid()),
            Self::MerchantReceivable(id) => Some(id.uuid()),
            Self::CoopRevenue
            | Self::CoopOperations
            | Self::CoopReserve
            | Self::CoopMutualFund
            | Self::CoopVat
            | Self::CoopBank => None,
        }
    }
}

impl Serialize for Account {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.code())
    }
}

impl<'de> Deserialize<'de> for Account {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let code = std::borrow::Cow::<'de, str>::deserialize(from)?;
        Self::parse(&code)
            .ok_or_else(|| de::Error::custom(format!("no account is called `{code}`")))
    }
}

/// To which of the co-op's accounts each part of a price goes.
///
/// The couriers' share goes to the account that couriers are paid from, so that its balance says by how
/// much their pay has gone beyond what shops paid for it.
pub const fn shares(parts: &Parts) -> [(Account, i64); 4] {
    [
        (Account::CoopOperations, parts.couriers),
        (Account::CoopRevenue, parts.coop),
        (Account::CoopMutualFund, parts.mutual_fund),
        (Account::CoopVat, parts.vat),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_names_one_account_and_an_account_has_one_code() {
        let id = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_00a1);
        let courier = CourierId::from_uuid(id);
        for account in [
            Account::CourierPay(courier),
            Account::CourierTips(courier),
            Account::CourierExpenses(courier),
            Account::CourierRefund(courier),
            Account::MerchantReceivable(MerchantId::from_uuid(id)),
            Account::CoopRevenue,
            Account::CoopOperations,
            Account::CoopReserve,
            Account::CoopMutualFund,
            Account::CoopVat,
            Account::CoopBank,
        ] {
            assert_eq!(Account::parse(&account.code()), Some(account));
        }
        let code = Account::CourierPay(courier).code();
        assert_eq!(code, "courier:01920000-0000-7000-8000-0000000000a1:pay");
        for other in
            [code.to_uppercase(), format!("{code}:x"), code.replace('-', ""), "coop".into()]
        {
            assert_eq!(Account::parse(&other), None, "{other}");
        }
        assert_eq!(Account::CoopMutualFund.kind(), "coop_mutual_fund");
    }
}
