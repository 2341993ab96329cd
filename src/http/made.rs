//! The answer to who has made something.

use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Serialize;

use crate::commands::Answer;

/// 201, and a note where the answer is one from before.
pub fn answered(replayed: bool) -> HttpResponseBuilder {
    let mut builder = HttpResponse::Created();
    if replayed {
        builder.insert_header(("Idempotent-Replayed", "true"));
    }
    builder
}

pub fn created<T, V: Serialize>(answer: Answer<T>, view: impl FnOnce(T) -> V) -> HttpResponse {
    answered(answer.replayed).json(view(answer.value))
}
