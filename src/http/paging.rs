//! Lists in pages: a limit with a bound, and a cursor that is the last key seen.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::ApiError;

/// Most items of a page.
pub const LIMIT_MAX: i64 = 200;
pub const LIMIT_DEFAULT: i64 = 50;

/// How many items a page has at most, if so many are asked for.
pub fn limit(asked: Option<i64>) -> Result<i64, ApiError> {
    let limit = asked.unwrap_or(LIMIT_DEFAULT);
    if (1..=LIMIT_MAX).contains(&limit) {
        return Ok(limit);
    }
    let detail = format!("limit must be between 1 and {LIMIT_MAX}");
    Err(ApiError::Invalid { detail, pointer: None })
}

/// `?limit=` and `?cursor=`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct Paging {
    /// Most items of the page.
    #[schemars(range(min = 1, max = LIMIT_MAX), extend("default" = LIMIT_DEFAULT))]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[schemars(length(min = 1))]
    cursor: Option<String>,
}

impl Paging {
    pub fn limit(&self) -> Result<i64, ApiError> {
        limit(self.limit)
    }

    pub fn cursor<K: FromStr>(&self) -> Result<Option<K>, ApiError> {
        let parse = |cursor: &String| {
            cursor.parse().map_err(|_| ApiError::Invalid {
                detail: "cursor is not one that this list gave out".to_owned(),
                pointer: None,
            })
        };
        self.cursor.as_ref().map(parse).transpose()
    }
}

/// A part of a list.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{T}Page")]
pub struct Page<T> {
    pub items: Vec<T>,
    /// For `?cursor=`; none on the last page.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A page of up to `limit` items; full ones point on from the key of their last item.
    pub fn new<K: ToString>(items: Vec<T>, limit: i64, key: impl Fn(&T) -> K) -> Self {
        let full = i64::try_from(items.len()).is_ok_and(|count| count == limit);
        let next_cursor = items.last().filter(|_| full).map(|item| key(item).to_string());
        Self { items, next_cursor }
    }

    /// A whole list.
    pub const fn whole(items: Vec<T>) -> Self {
        Self { items, next_cursor: None }
    }
}
