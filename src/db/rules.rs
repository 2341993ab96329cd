//! Since when the members' rules have been as they are.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::Conn;
use super::schema::rule_versions;
use crate::domain::time::Timestamp;

/// A rule as it came into force.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = rule_versions)]
pub struct Kept {
    pub rule: String,
    pub version: String,
    pub since: Timestamp,
}

/// The version of a rule that came last.
pub async fn last_version(conn: &mut Conn, rule: &str) -> QueryResult<Option<String>> {
    rule_versions::table
        .filter(rule_versions::rule.eq(rule))
        .order(rule_versions::since.desc())
        .select(rule_versions::version)
        .first(conn)
        .await
        .optional()
}

/// Keeps what a rule says from now on. Where two servers start at once, the first one's stays.
pub async fn keep(
    conn: &mut Conn,
    rule: &str,
    version: &str,
    says: &Value,
    since: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(rule_versions::table)
        .values((
            rule_versions::rule.eq(rule),
            rule_versions::version.eq(version),
            rule_versions::says.eq(says),
            rule_versions::since.eq(since),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await
        .map(drop)
}

/// The changes of all rules, the newest first.
pub async fn newest(conn: &mut Conn, limit: i64) -> QueryResult<Vec<Kept>> {
    rule_versions::table
        .order((rule_versions::since.desc(), rule_versions::rule.asc()))
        .limit(limit)
        .select(Kept::as_select())
        .load(conn)
        .await
}
