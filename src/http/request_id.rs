//! The id by which a request is found in the log and in every problem.

use std::future::Future;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderValue;
use actix_web::middleware::Next;

use super::error::REQUEST_ID;
use crate::clock;

tokio::task_local! {
    static CURRENT: String;
}

/// The id of the request being answered; empty outside of one.
pub fn current() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_default()
}

/// Runs `work` as part of the request `id`.
fn within<F: Future>(id: String, work: F) -> impl Future<Output = F::Output> {
    CURRENT.scope(id, work)
}

/// Takes the caller's id where it is a sensible one, makes one otherwise, and sends it back.
pub async fn middleware(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let given = request.headers().get(&REQUEST_ID).and_then(|value| value.to_str().ok());
    let sensible = |id: &&str| {
        (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let id = given.filter(sensible).map_or_else(
        || clock::id_at(clock::real_now(), |id| id).simple().to_string(),
        str::to_owned,
    );
    let (path, method) = (request.match_pattern(), request.method().clone());
    let begun = std::time::Instant::now();
    // Handlers render their errors in there, so that a problem can name the request.
    let mut answer = within(id.clone(), next.call(request)).await?;
    let status = answer.status().as_u16();
    let labels = [
        ("method", method.to_string()),
        ("path", path.unwrap_or_else(|| "unmatched".to_owned())),
        ("status", status.to_string()),
    ];
    metrics::histogram!("paceline_http_seconds", &labels).record(begun.elapsed().as_secs_f64());
    tracing::debug!(request_id = %id, %method, path = %answer.request().path(), status, "answered");
    if let Ok(value) = HeaderValue::from_str(&id) {
        answer.headers_mut().insert(REQUEST_ID, value);
    }
    Ok(answer)
}
