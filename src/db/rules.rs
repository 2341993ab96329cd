//! What the members' rules say, were and will be.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Conn;
use super::schema::rule_versions;
use crate::domain::rules::{Announced, Rule, version};
use crate::domain::time::Timestamp;

/// A text of a rule.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = rule_versions)]
pub struct Kept {
    pub rule: String,
    pub version: String,
    pub announced_at: Timestamp,
    pub since: Timestamp,
    pub says: String,
}

const ANNOUNCED: (rule_versions::says, rule_versions::announced_at, rule_versions::since) =
    (rule_versions::says, rule_versions::announced_at, rule_versions::since);

type Row = (String, Timestamp, Timestamp);

fn announced((text, announced_at, since): Row) -> Announced {
    Announced { text, announced_at, since }
}

/// Nobody else announces until this transaction ends.
pub async fn lock(tx: &mut Conn) -> QueryResult<()> {
    diesel::sql_query("LOCK TABLE rule_versions IN SHARE ROW EXCLUSIVE MODE")
        .execute(tx)
        .await
        .map(drop)
}

/// What was announced last of a rule, whether it acts already or not.
pub async fn last(conn: &mut Conn, rule: Rule) -> QueryResult<Option<Announced>> {
    let row: Option<Row> = rule_versions::table
        .filter(rule_versions::rule.eq(rule.name()))
        .order(rule_versions::id.desc())
        .select(ANNOUNCED)
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(announced))
}

/// Of what acts at `at`, what was announced last.
pub async fn in_force(
    conn: &mut Conn,
    rule: Rule,
    at: Timestamp,
) -> QueryResult<Option<Announced>> {
    let row: Option<Row> = rule_versions::table
        .filter(rule_versions::rule.eq(rule.name()))
        .filter(rule_versions::since.le(at))
        .order(rule_versions::id.desc())
        .select(ANNOUNCED)
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(announced))
}

/// The versions in force at `at`, with their rules' names.
pub async fn versions(conn: &mut Conn, at: Timestamp) -> QueryResult<Vec<(String, String)>> {
    rule_versions::table
        .filter(rule_versions::since.le(at))
        .distinct_on(rule_versions::rule)
        .order((rule_versions::rule, rule_versions::id.desc()))
        .limit(Rule::ALL.len() as i64)
        .select((rule_versions::rule, rule_versions::version))
        .load(conn)
        .await
}

/// Makes known what a rule says, and from when.
pub async fn announce(conn: &mut Conn, rule: Rule, it: &Announced) -> QueryResult<()> {
    diesel::insert_into(rule_versions::table)
        .values((
            rule_versions::rule.eq(rule.name()),
            rule_versions::announced_at.eq(it.announced_at),
            rule_versions::since.eq(it.since),
            rule_versions::version.eq(version(&it.text)),
            rule_versions::says.eq(&it.text),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// What has acted, acts or will, the newest first. What was taken back before it acted is not among it.
pub async fn newest(conn: &mut Conn, limit: i64) -> QueryResult<Vec<Kept>> {
    let later = diesel::alias!(rule_versions as later);
    let instead = later
        .filter(later.field(rule_versions::rule).eq(rule_versions::rule))
        .filter(later.field(rule_versions::id).gt(rule_versions::id))
        .filter(later.field(rule_versions::since).le(rule_versions::since));
    rule_versions::table
        .filter(not(exists(instead)))
        .order(rule_versions::id.desc())
        .limit(limit)
        .select(Kept::as_select())
        .load(conn)
        .await
}
