//! Who is asking, and as what they may act. The web layer turns each capability into a handler
//! parameter type, so that a handler cannot forget to ask.

use super::identity::Role;
use super::ids::{ClientId, CourierId, MerchantId, UserId};
use super::review::Scope;

/// Who makes a request, as a verified access token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub subject: Subject,
    pub roles: Vec<Role>,
    pub courier_id: Option<CourierId>,
    pub merchant_id: Option<MerchantId>,
}

/// A person or a merchant's machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    User(UserId),
    Client(ClientId),
}

impl Caller {
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Runs the co-op's installation: people, merchants, credentials.
    pub fn administers(&self) -> bool {
        self.has(Role::Admin)
    }

    /// Watches the board and moves work. An admin stands in for a dispatcher.
    pub fn dispatches(&self) -> bool {
        self.has(Role::Dispatcher) || self.has(Role::Admin)
    }

    /// Reads the books.
    pub fn keeps_books(&self) -> bool {
        self.has(Role::Treasurer) || self.has(Role::Admin)
    }

    /// Which couriers' questions they look at again.
    pub fn reviews(&self) -> Option<Scope> {
        if self.dispatches() {
            Some(Scope::All)
        } else {
            self.keeps_books().then_some(Scope::Lines)
        }
    }

    /// Speaks for those who ride. An admin prepares what they ask for.
    pub fn represents(&self) -> bool {
        self.has(Role::Representative) || self.has(Role::Admin)
    }

    /// Rides, as this courier.
    pub fn rides_as(&self) -> Option<CourierId> {
        self.courier_id.filter(|_| self.has(Role::Courier))
    }

    /// Orders, for this merchant.
    pub fn orders_for(&self) -> Option<MerchantId> {
        self.merchant_id.filter(|_| self.has(Role::Merchant))
    }
}
