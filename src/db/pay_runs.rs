//! Pay runs, their transfers, and what is owed meanwhile.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Bytea, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::schema::{pay_run_transfers, pay_runs};
use super::{Conn, corrupt};
use crate::domain::ids::{CourierId, PayRunId, UserId};
use crate::domain::ledger::Account;
use crate::domain::money::Currency;
use crate::domain::pay_run::{
    Owed, Party, PayRun, RunState, TRANSFERS_MAX, Transfer, TransferState,
};
use crate::domain::text::{Name, Note};
use crate::domain::time::Timestamp;

/// Most couriers that are looked at for one run: no co-op has as many.
const OWED_MAX: i64 = 20_000;

/// A state that no check of the table lets in.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no state of a pay run or a transfer, or lacks who ended it")]
struct Unreadable(String);

/// Somebody who is owed something.
#[derive(Clone, Debug)]
pub struct Creditor {
    pub courier_id: CourierId,
    pub name: Name,
    pub owed: Owed,
    /// The sealed IBAN, and since when it is there.
    pub account: Option<(Vec<u8>, Timestamp)>,
    pub in_open_run: bool,
}

#[derive(QueryableByName)]
struct CreditorRow {
    #[diesel(sql_type = SqlUuid)]
    courier_id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    pay: i64,
    #[diesel(sql_type = BigInt)]
    tips: i64,
    #[diesel(sql_type = BigInt)]
    expenses: i64,
    #[diesel(sql_type = BigInt)]
    refund: i64,
    #[diesel(sql_type = Nullable<Bytea>)]
    sealed_iban: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    changed_at: Option<Timestamp>,
    #[diesel(sql_type = Bool)]
    in_open_run: bool,
}

impl CreditorRow {
    fn read(self) -> QueryResult<Creditor> {
        let Self { pay, tips, expenses, refund, .. } = self;
        Ok(Creditor {
            courier_id: CourierId::from_uuid(self.courier_id),
            name: Name::new(&self.name).map_err(corrupt)?,
            owed: Owed { pay, tips, expenses, refund },
            account: self.sealed_iban.zip(self.changed_at),
            in_open_run: self.in_open_run,
        })
    }
}

/// Locks every courier who is owed something, so that neither another run nor somebody who takes an
/// entry back comes between.
pub async fn lock_creditors(conn: &mut Conn, currency: Currency) -> QueryResult<()> {
    diesel::sql_query(
        "SELECT c.id FROM couriers c WHERE EXISTS (SELECT FROM ledger_accounts a \
             WHERE a.owner_id = c.id AND a.kind LIKE 'courier\\_%' AND a.currency = $1 \
                 AND a.balance > 0) \
         ORDER BY c.id LIMIT $2 FOR NO KEY UPDATE",
    )
    .bind::<Text, _>(currency.code())
    .bind::<BigInt, _>(OWED_MAX)
    .execute(conn)
    .await
    .map(drop)
}

/// Everybody who is owed something, by id.
pub async fn creditors(conn: &mut Conn, currency: Currency) -> QueryResult<Vec<Creditor>> {
    let of = |kind: &str| {
        format!(
            "coalesce(sum(a.balance) FILTER (WHERE a.kind = 'courier_{kind}'), 0)::bigint AS {kind}"
        )
    };
    let rows: Vec<CreditorRow> = diesel::sql_query(format!(
        "SELECT c.id AS courier_id, c.name, {}, {}, {}, {}, b.sealed_iban, b.changed_at, \
             EXISTS (SELECT FROM pay_run_transfers t \
                     WHERE t.courier_id = c.id AND t.state = 'open') AS in_open_run \
         FROM couriers c JOIN ledger_accounts a ON a.owner_id = c.id \
         LEFT JOIN bank_accounts b ON b.courier_id = c.id \
         WHERE a.kind LIKE 'courier\\_%' AND a.currency = $1 AND a.balance > 0 \
         GROUP BY c.id, b.courier_id ORDER BY c.id LIMIT $2",
        of("pay"),
        of("tips"),
        of("expenses"),
        of("refund"),
    ))
    .bind::<Text, _>(currency.code())
    .bind::<BigInt, _>(OWED_MAX)
    .load(conn)
    .await?;
    rows.into_iter().map(CreditorRow::read).collect()
}

/// What is on a courier's account and not on its way to the bank. With the courier locked it can
/// only grow.
pub async fn free(conn: &mut Conn, account: Account) -> QueryResult<i64> {
    #[derive(QueryableByName)]
    struct Free {
        #[diesel(sql_type = BigInt)]
        free: i64,
    }
    let column = match account {
        Account::CourierPay(_) => "t.pay",
        Account::CourierTips(_) => "t.tips",
        Account::CourierExpenses(_) => "t.expenses",
        Account::CourierRefund(_) => "t.refund",
        // Nothing of these is ever on its way to a courier.
        Account::MerchantReceivable(_)
        | Account::CoopRevenue
        | Account::CoopOperations
        | Account::CoopReserve
        | Account::CoopMutualFund
        | Account::CoopVat
        | Account::CoopBank => "0",
    };
    let row: Option<Free> = diesel::sql_query(format!(
        "SELECT a.balance - coalesce((SELECT {column} FROM pay_run_transfers t \
             WHERE t.courier_id = a.owner_id AND t.state = 'open'), 0) AS free \
         FROM ledger_accounts a WHERE a.code = $1",
    ))
    .bind::<Text, _>(account.code())
    .get_result(conn)
    .await
    .optional()?;
    Ok(row.map_or(0, |row| row.free))
}

/// Whether a courier is in an open run.
pub async fn is_under_way(conn: &mut Conn, courier: CourierId) -> QueryResult<bool> {
    let open = pay_run_transfers::table
        .filter(pay_run_transfers::courier_id.eq(courier))
        .filter(pay_run_transfers::state.eq("open"));
    diesel::select(diesel::dsl::exists(open)).get_result(conn).await
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = pay_runs)]
struct RunRow {
    id: PayRunId,
    made_by: UserId,
    made_at: Timestamp,
    execute_on: String,
    from_name: String,
    from_iban: String,
    state: String,
    ended_by: Option<UserId>,
    ended_at: Option<Timestamp>,
}

const fn run_state(state: RunState) -> (&'static str, Option<UserId>, Option<Timestamp>) {
    match state {
        RunState::Open => ("open", None, None),
        RunState::Confirmed { by, at } => ("confirmed", Some(by), Some(at)),
        RunState::Cancelled { by, at } => ("cancelled", Some(by), Some(at)),
    }
}

impl RunRow {
    fn read(self) -> QueryResult<PayRun> {
        let state = match (self.state.as_str(), self.ended_by.zip(self.ended_at)) {
            ("open", None) => RunState::Open,
            ("confirmed", Some((by, at))) => RunState::Confirmed { by, at },
            ("cancelled", Some((by, at))) => RunState::Cancelled { by, at },
            _ => return Err(corrupt(Unreadable(self.state))),
        };
        Ok(PayRun {
            id: self.id,
            made_by: self.made_by,
            made_at: self.made_at,
            execute_on: self.execute_on.parse().map_err(corrupt)?,
            from: Party {
                name: Name::new(&self.from_name).map_err(corrupt)?,
                iban: self.from_iban.parse().map_err(corrupt)?,
            },
            state,
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = pay_run_transfers)]
struct TransferRow {
    run_id: PayRunId,
    courier_id: CourierId,
    number: i32,
    name: String,
    sealed_iban: Option<Vec<u8>>,
    pay: i64,
    tips: i64,
    expenses: i64,
    refund: i64,
    state: String,
    failed_reason: Option<String>,
    failed_by: Option<UserId>,
    failed_at: Option<Timestamp>,
}

impl TransferRow {
    fn read(self) -> QueryResult<(Transfer, Option<Vec<u8>>)> {
        let failed = self.failed_reason.zip(self.failed_by).zip(self.failed_at);
        let state = match (self.state.as_str(), failed) {
            ("open", None) => TransferState::Open,
            ("paid", None) => TransferState::Paid,
            ("cancelled", None) => TransferState::Cancelled,
            ("failed", Some(((reason, by), at))) => {
                TransferState::Failed { reason: Note::new(&reason).map_err(corrupt)?, by, at }
            }
            _ => return Err(corrupt(Unreadable(self.state))),
        };
        let Self { pay, tips, expenses, refund, .. } = self;
        let transfer = Transfer {
            courier_id: self.courier_id,
            number: self.number,
            name: Name::new(&self.name).map_err(corrupt)?,
            owed: Owed { pay, tips, expenses, refund },
            state,
        };
        Ok((transfer, self.sealed_iban))
    }
}

/// Writes an open run with its transfers, each with its sealed IBAN.
pub async fn insert(
    conn: &mut Conn,
    run: &PayRun,
    transfers: Vec<(Transfer, Vec<u8>)>,
) -> QueryResult<()> {
    let (state, ended_by, ended_at) = run_state(run.state);
    let row = RunRow {
        id: run.id,
        made_by: run.made_by,
        made_at: run.made_at,
        execute_on: run.execute_on.to_string(),
        from_name: run.from.name.to_string(),
        from_iban: run.from.iban.as_str().to_owned(),
        state: state.to_owned(),
        ended_by,
        ended_at,
    };
    diesel::insert_into(pay_runs::table).values(row).execute(conn).await?;
    let row = |(transfer, sealed_iban): (Transfer, Vec<u8>)| TransferRow {
        run_id: run.id,
        courier_id: transfer.courier_id,
        number: transfer.number,
        name: transfer.name.to_string(),
        sealed_iban: Some(sealed_iban),
        pay: transfer.owed.pay,
        tips: transfer.owed.tips,
        expenses: transfer.owed.expenses,
        refund: transfer.owed.refund,
        state: "open".to_owned(),
        failed_reason: None,
        failed_by: None,
        failed_at: None,
    };
    let rows: Vec<_> = transfers.into_iter().map(row).collect();
    diesel::insert_into(pay_run_transfers::table).values(rows).execute(conn).await.map(drop)
}

pub async fn find(conn: &mut Conn, id: PayRunId) -> QueryResult<Option<PayRun>> {
    let row = pay_runs::table.find(id).select(RunRow::as_select()).first(conn).await.optional()?;
    row.map(RunRow::read).transpose()
}

/// The run, locked to the end of the transaction.
pub async fn lock(conn: &mut Conn, id: PayRunId) -> QueryResult<Option<PayRun>> {
    let query = pay_runs::table.find(id).select(RunRow::as_select()).for_no_key_update();
    let row: Option<RunRow> = query.first(conn).await.optional()?;
    row.map(RunRow::read).transpose()
}

/// Runs, the newest first.
pub async fn list(
    conn: &mut Conn,
    before: Option<PayRunId>,
    limit: i64,
) -> QueryResult<Vec<PayRun>> {
    let mut query = pay_runs::table
        .order(pay_runs::id.desc())
        .limit(limit)
        .select(RunRow::as_select())
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(pay_runs::id.lt(before));
    }
    let rows: Vec<RunRow> = query.load(conn).await?;
    rows.into_iter().map(RunRow::read).collect()
}

/// How many transfers each of these runs has, and their sum in cents.
pub async fn sums(
    conn: &mut Conn,
    runs: &[PayRunId],
) -> QueryResult<BTreeMap<PayRunId, (i64, i64)>> {
    #[derive(QueryableByName)]
    struct Sum {
        #[diesel(sql_type = SqlUuid)]
        run_id: Uuid,
        #[diesel(sql_type = BigInt)]
        count: i64,
        #[diesel(sql_type = BigInt)]
        total: i64,
    }
    let ids: Vec<Uuid> = runs.iter().map(|id| id.uuid()).collect();
    let rows: Vec<Sum> = diesel::sql_query(
        "SELECT run_id, count(*) AS count, sum(pay + tips + expenses + refund)::bigint AS total \
         FROM pay_run_transfers WHERE run_id = ANY($1) GROUP BY run_id",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .load(conn)
    .await?;
    let sum = |row: Sum| (PayRunId::from_uuid(row.run_id), (row.count, row.total));
    Ok(rows.into_iter().map(sum).collect())
}

/// A run's transfers in their order, each with its sealed IBAN as long as that is kept.
pub async fn transfers(
    conn: &mut Conn,
    run: PayRunId,
) -> QueryResult<Vec<(Transfer, Option<Vec<u8>>)>> {
    let rows: Vec<TransferRow> = pay_run_transfers::table
        .filter(pay_run_transfers::run_id.eq(run))
        .order(pay_run_transfers::number.asc())
        .limit(i64::try_from(TRANSFERS_MAX).unwrap_or(i64::MAX))
        .select(TransferRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(TransferRow::read).collect()
}

pub async fn find_transfer(
    conn: &mut Conn,
    run: PayRunId,
    courier: CourierId,
) -> QueryResult<Option<Transfer>> {
    let row: Option<TransferRow> = pay_run_transfers::table
        .find((run, courier))
        .select(TransferRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(TransferRow::read).transpose()?.map(|(transfer, _)| transfer))
}

/// Writes how a run ended, and the same of those transfers of it that are still open.
pub async fn save_end(conn: &mut Conn, run: &PayRun) -> QueryResult<()> {
    let (state, by, at) = run_state(run.state);
    diesel::update(pay_runs::table.find(run.id))
        .set((pay_runs::state.eq(state), pay_runs::ended_by.eq(by), pay_runs::ended_at.eq(at)))
        .execute(conn)
        .await?;
    let of_transfers = match run.state {
        RunState::Open => return Ok(()),
        RunState::Confirmed { .. } => "paid",
        RunState::Cancelled { .. } => "cancelled",
    };
    diesel::update(pay_run_transfers::table)
        .filter(pay_run_transfers::run_id.eq(run.id))
        .filter(pay_run_transfers::state.eq("open"))
        .set(pay_run_transfers::state.eq(of_transfers))
        .execute(conn)
        .await
        .map(drop)
}

/// Writes that the bank has sent a transfer back.
pub async fn save_failed(
    conn: &mut Conn,
    run: PayRunId,
    courier: CourierId,
    (reason, by, at): (&Note, UserId, Timestamp),
) -> QueryResult<()> {
    diesel::update(pay_run_transfers::table.find((run, courier)))
        .set((
            pay_run_transfers::state.eq("failed"),
            pay_run_transfers::failed_reason.eq(reason.as_str()),
            pay_run_transfers::failed_by.eq(by),
            pay_run_transfers::failed_at.eq(at),
        ))
        .execute(conn)
        .await
        .map(drop)
}
