//! How domain values stand in columns: ids as `uuid`, instants as `timestamptz`.

use diesel::data_types::PgTimestamp;
use diesel::deserialize::{self, FromSql};
use diesel::expression::AsExpression;
use diesel::internal::derives::as_expression::Bound;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{Nullable, Timestamptz, Uuid as SqlUuid};
use std::io::Write;

use crate::domain::ids::{
    ClientId, CorrectionId, CourierId, DaysOffId, DecisionId, DeliveryId, EntryId, EventId,
    ExpenseId, HubId, ImportId, IncidentId, IncidentPictureId, InvoiceId, MerchantId, MessageId,
    NoticeId, OfferId, OpeningId, PayRunId, PhoneEventId, PhoneId, ProofId, QuoteId, ReviewId,
    ShiftId, ShiftTemplateId, SlotPlanId, StandingOrderId, SuspensionId, TaskId, TourId, UserId,
    VehicleId, WebhookId,
};
use crate::domain::time::Timestamp;

macro_rules! expression {
    ($type:ty, $sql:ty) => {
        impl AsExpression<$sql> for $type {
            type Expression = Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }
        impl AsExpression<Nullable<$sql>> for $type {
            type Expression = Bound<Nullable<$sql>, Self>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }
        impl<'a> AsExpression<$sql> for &'a $type {
            type Expression = Bound<$sql, &'a $type>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }
        impl<'a> AsExpression<Nullable<$sql>> for &'a $type {
            type Expression = Bound<Nullable<$sql>, &'a $type>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }
        impl ToSql<Nullable<$sql>, Pg> for $type {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                ToSql::<$sql, Pg>::to_sql(self, out)
            }
        }
        impl diesel::Queryable<$sql, Pg> for $type {
            type Row = Self;
            fn build(row: Self) -> deserialize::Result<Self> {
                Ok(row)
            }
        }
    };
}

macro_rules! uuid_columns {
    ($($id:ty),* $(,)?) => {$(
        expression!($id, SqlUuid);

        impl ToSql<SqlUuid, Pg> for $id {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                out.write_all(self.uuid().as_bytes())?;
                Ok(IsNull::No)
            }
        }

        impl FromSql<SqlUuid, Pg> for $id {
            fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
                FromSql::<SqlUuid, Pg>::from_sql(value).map(Self::from_uuid)
            }
        }
    )*};
}

uuid_columns!(
    ClientId,
    CorrectionId,
    CourierId,
    DaysOffId,
    DecisionId,
    DeliveryId,
    EntryId,
    EventId,
    HubId,
    ImportId,
    IncidentId,
    IncidentPictureId,
    InvoiceId,
    MerchantId,
    MessageId,
    NoticeId,
    OfferId,
    OpeningId,
    PayRunId,
    PhoneEventId,
    PhoneId,
    ProofId,
    QuoteId,
    ReviewId,
    ExpenseId,
    ShiftId,
    ShiftTemplateId,
    SlotPlanId,
    StandingOrderId,
    SuspensionId,
    TaskId,
    TourId,
    UserId,
    VehicleId,
    WebhookId,
);

/// Postgres counts microseconds from 2000-01-01T00:00:00Z.
const POSTGRES_EPOCH_MILLIS: i64 = 946_684_800_000;

expression!(Timestamp, Timestamptz);

/// As Postgres counts it.
pub(super) const fn write_instant(at: Timestamp) -> PgTimestamp {
    PgTimestamp((at.millis() - POSTGRES_EPOCH_MILLIS) * 1000)
}

/// As we count it: what is less than a millisecond is cut off.
pub(super) const fn read_instant(PgTimestamp(micros): PgTimestamp) -> Timestamp {
    Timestamp::from_millis(micros.div_euclid(1000) + POSTGRES_EPOCH_MILLIS)
}

impl ToSql<Timestamptz, Pg> for Timestamp {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&write_instant(*self).0.to_be_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<Timestamptz, Pg> for Timestamp {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let micros = i64::from_be_bytes(value.as_bytes().try_into()?);
        Ok(read_instant(PgTimestamp(micros)))
    }
}
