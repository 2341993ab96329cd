//! An error as it goes out: RFC 9457.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};

use super::{ApiError, Problem};
use crate::http::request_id;

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.problem().0
    }

    fn error_response(&self) -> HttpResponse {
        let (status, code) = self.problem();
        let request_id = request_id::current();
        if status.is_server_error() {
            tracing::error!(%request_id, error = ?self, "request failed");
        }
        let problem = Problem {
            r#type: format!("https://paceline.coop/problems/{code}"),
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: self.to_string(),
            code,
            request_id,
            errors: self.faults(),
            next_opening: self.next_opening(),
            tries_left: self.tries_left(),
            route: self.route().cloned(),
        };
        let mut answer = HttpResponse::build(status);
        if let Some(seconds) = self.retry_after() {
            answer.insert_header((header::RETRY_AFTER, seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        if let Self::MethodNotAllowed { allowed } = self {
            answer.insert_header((header::ALLOW, *allowed));
        }
        let mut answer = answer.json(problem);
        let problem_json = HeaderValue::from_static("application/problem+json");
        answer.headers_mut().insert(header::CONTENT_TYPE, problem_json);
        answer
    }
}
