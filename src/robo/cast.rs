//! Everybody a day needs, made through the admin API and logged in before it begins.

use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};

use crate::domain::ids::CourierId;
use crate::domain::time::Timestamp;

use super::client::{CallError, Session};
use super::day::Day;
use super::progress::Progress;
use super::seed::{NewMerchant, Office};
use super::shop::Shop;
use super::world::World;

/// Logins cost the server much reckoning (argon2): only so many at once.
const AT_ONCE: usize = 4;

/// The people and shops of a day, in the order of its lists.
#[derive(Debug)]
pub struct Cast {
    pub shops: Vec<Arc<Shop>>,
    pub couriers: Vec<Member>,
}

/// A courier with a login.
#[derive(Clone, Debug)]
pub struct Member {
    pub id: CourierId,
    pub session: Arc<Session>,
}

impl Cast {
    /// Makes and logs in all shops and couriers of `day`.
    ///
    /// # Errors
    /// The first call that failed for good.
    pub async fn call(
        office: &Office,
        world: &World,
        day: &Day,
        progress: &Progress,
    ) -> Result<Self, CallError> {
        progress.begin("shops and couriers", day.shops.len() + day.couriers.len());
        let shops = stream::iter(&day.shops).map(async |shop| {
            let name = format!("{} {}", day.name, shop.reference);
            let place = world.plane.position(shop.spot).map_err(off_the_map)?;
            let address = format!("counter of {}", shop.reference);
            let new = NewMerchant { name: &name, kind: "restaurant", place, address };
            let id = office.merchant(&new).await?;
            let shop = office.till(id, &name, "till").await?;
            shop.session.warm_up().await?;
            progress.step();
            Ok(Arc::new(shop))
        });
        let shops = shops.buffered(AT_ONCE).try_collect().await?;

        let couriers = stream::iter(&day.couriers).map(async |courier| {
            let email = format!("{}.{}@robo.example", courier.reference, office.tag);
            let name = format!("Robo {}", courier.reference);
            let id = office.courier(&name, &email, "bike").await?;
            let session = Arc::new(office.session(&email));
            session.warm_up().await?;
            progress.step();
            Ok(Member { id, session })
        });
        let couriers = couriers.buffered(AT_ONCE).try_collect().await?;
        Ok(Self { shops, couriers })
    }

    /// Writes the rota for a day that begins at `start`.
    ///
    /// # Errors
    /// The first call that failed for good.
    pub async fn plan_shifts(
        &self,
        office: &Office,
        day: &Day,
        start: Timestamp,
    ) -> Result<(), CallError> {
        let shifts = self.couriers.iter().zip(&day.couriers);
        stream::iter(shifts)
            .map(|(member, plan)| office.shift(member.id, start + plan.from, start + plan.to))
            .buffered(AT_ONCE)
            .try_collect()
            .await
    }
}

/// A day whose map does not fit on earth around the server's base.
pub(super) fn off_the_map(error: crate::domain::geo::PositionError) -> CallError {
    CallError::Unreadable { call: "the map".into(), cause: error.to_string() }
}
