//! Labels for parcels: one A6 page each, with a QR code, to print and stick on.

use std::sync::LazyLock;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use super::deliveries::own;
use super::invoice_page::PageQuery;
use super::statements::{Words, local};
use crate::commands::CommandError;
use crate::db;
use crate::domain::delivery::{Delivery, Parcel, parcels};
use crate::domain::handover::ParcelCode;
use crate::domain::ids::DeliveryId;
use crate::domain::task::{Task, TaskKind};
use crate::domain::text::Name;
use crate::http::App;
use crate::http::auth::AsOrdering;
use crate::http::body::{PathId, query};
use crate::http::error::ApiError;
use crate::http::sheet;
use crate::http::words::Language;

const STYLE: &str = include_str!("../labels.css");

static CONTENT_SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| sheet::policy(STYLE));

/// `GET /v1/deliveries/{id}/labels?lang=fr`: a page to print, one label a parcel. The code holds the
/// delivery's id and the parcel's number, `dlv_...#2`.
pub async fn print_labels(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<DeliveryId>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let PageQuery { lang } = query(&request)?;
    let delivery = own(&app, by.0, id.0).await?.ok_or(ApiError::NotFound("delivery"))?;
    let mut conn = app.coop.conn().await?;
    let (shop, _) = db::deliveries::names(&mut conn, delivery.merchant_id, None).await?;
    drop(conn);
    let words = Words(Language::asked(lang.as_deref(), &request));
    let parcels = parcels(&delivery.packages).ok_or(CommandError::TooMany(
        "a delivery of more than 200 parcels gets no labels: order it in parts",
    ))?;
    let mut labels = Vec::with_capacity(parcels.len());
    for parcel in &parcels {
        labels.push(label(&app, &words, &delivery, &shop, parcel, parcels.len())?);
    }
    let page = html! {
        (DOCTYPE)
        html lang=(words.0.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (words.say("Labels", "Étiquettes")) }
                style { (PreEscaped(STYLE)) }
            }
            body { @for label in &labels { (label) } }
        }
    };
    Ok(sheet::show(StatusCode::OK, &CONTENT_SECURITY_POLICY, page))
}

fn label(
    app: &App,
    words: &Words,
    delivery: &Delivery,
    shop: &Name,
    parcel: &Parcel<'_>,
    of: usize,
) -> Result<Markup, ApiError> {
    let code = ParcelCode { delivery: delivery.id, number: parcel.number }.to_string();
    let drawn = QrCode::with_error_correction_level(&code, EcLevel::M)
        .map_err(|error| CommandError::Internal(Box::new(error)))?;
    let drawn = drawn.render::<svg::Color<'_>>().quiet_zone(true).build();
    // An SVG inside of a page needs no declaration.
    let drawn = drawn.split_once("?>").map_or(drawn.as_str(), |(_, svg)| svg);
    let doors = delivery.tasks.iter().filter(|task| task.kind == TaskKind::Dropoff);
    let doors: Vec<&Task> = doors.collect();
    let zone = app.config.coop.time_zone.as_str();
    Ok(html! {
        section {
            header {
                p.from { (words.say("From", "De")) " " b { (shop) } }
                p.number { (parcel.number) " / " (of) }
            }
            @for door in doors.iter().take(3) {
                div.to {
                    @if let Some(name) = door.stop.contact.as_ref().and_then(|one| one.name.as_ref()) {
                        p.name { (name) }
                    }
                    @if let Some(address) = &door.stop.address { p.address { (address) } }
                }
            }
            @if doors.len() > 3 {
                p { (words.say("and", "et")) " " (doors.len() - 3) " " (words.say("more stops", "autres arrêts")) }
            }
            div.code role="img" aria-label=(code) { (PreEscaped(drawn)) }
            footer {
                p { code { (code) } }
                @if let Some(reference) = &delivery.external_reference {
                    p { (words.say("Your number", "Votre numéro")) " " b { (reference) } }
                }
                @if let Some(package) = parcel.package {
                    p { (package.name) @if package.weight_g > 0 { ", " (package.weight_g) " g" } }
                }
                p { (words.say("Until", "Avant")) " " b { (local(delivery.due_at, zone)) } }
            }
        }
    })
}
