//! The dashboard, built from `dashboard/` and carried in the binary.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use rust_embed::RustEmbed;

use super::error::ApiError;
use super::sheet::style_hash;
use super::v1::statements;

#[derive(RustEmbed)]
#[folder = "dashboard/dist"]
#[allow_missing = true]
struct Dist;

/// Nothing from another host, and nothing inline but the style of the page that prints an invoice: the
/// treasurer's page opens it in a window, which keeps this policy.
static CONTENT_SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = style_hash(statements::STYLE);
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' {style}; img-src 'self'; \
         connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    )
});

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><title>paceline</title>\
     <h1>paceline runs</h1><p>This binary was built without its dashboard. Build it with \
     <code>./dev web</code>, then build the binary again. The API is at <code>/v1</code>.</p>";

/// `GET /app`, `/verify`: a service worker's scope ends on a slash, so such a page lives in a folder.
pub async fn go_into(request: HttpRequest) -> HttpResponse {
    let folder = format!("{}/", request.path());
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, folder)).finish()
}

/// `GET /`, `/app/`, `/verify/` and everything under `/assets`. Asset names carry their content's hash.
pub async fn show_page(request: HttpRequest) -> HttpResponse {
    let path = match request.path() {
        "/" => "index.html",
        "/app/" => "app/index.html",
        "/verify/" => "verify/index.html",
        path => path.trim_start_matches('/'),
    };
    let Some(file) = Dist::get(path) else {
        return if path.ends_with("index.html") {
            HttpResponse::Ok().content_type("text/html; charset=utf-8").body(NOT_BUILT)
        } else {
            ApiError::NotFound("address").error_response()
        };
    };
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let cache = if path.starts_with("assets/") && !path.ends_with("favicon.svg") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, kind.as_ref()))
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY.as_str()))
        .body(file.data.into_owned())
}
