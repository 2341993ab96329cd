//! Pages that are drawn here: without a script, and with no style but their own.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::Markup;
use sha2::{Digest, Sha256};

/// A style that stands in a page, as a content security policy names it.
pub fn style_hash(style: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(style.as_bytes())))
}

/// Nothing but the page's own style, by its hash.
pub fn policy(style: &str) -> String {
    let style = style_hash(style);
    format!("default-src 'none'; style-src {style}; base-uri 'none'; frame-ancestors 'none'")
}

/// A page for who asked for it, in their language, which nobody keeps.
pub fn show(status: StatusCode, policy: &str, page: Markup) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::VARY, "Accept-Language"))
        .body(page.into_string())
}
