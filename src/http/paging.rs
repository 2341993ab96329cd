//! Lists in pages: a limit with a bound, and a cursor that is the last key seen.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::error::ApiError;

/// Most items of a page.
pub const LIMIT_MAX: i64 = 200;
const LIMIT_DEFAULT: i64 = 50;

/// `?limit=` and `?cursor=`.
#[derive(Debug, Default, Deserialize)]
pub struct Paging {
    limit: Option<i64>,
    cursor: Option<String>,
}

impl Paging {
    pub fn limit(&self) -> Result<i64, ApiError> {
        let limit = self.limit.unwrap_or(LIMIT_DEFAULT);
        if (1..=LIMIT_MAX).contains(&limit) {
            return Ok(limit);
        }
        let detail = format!("limit must be between 1 and {LIMIT_MAX}");
        Err(ApiError::Invalid { detail, pointer: None })
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

#[derive(Debug, Serialize)]
pub struct Page<T> {
    pub items: Vec<T>,
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
