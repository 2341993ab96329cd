//! The rules in force as a page for everybody, without a script: made of what the engine reads.

use std::sync::LazyLock;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;

use super::App;
use super::error::ApiError;
use super::sheet;
use super::tracking::language;
use super::v1::transparency::Transparency;
use super::words::Language;
use crate::commands::CommandError;

const STYLE: &str = include_str!("rules.css");

static CONTENT_SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| sheet::policy(STYLE));

/// Each rule by its name in the document, and what it is.
const RULES: [(&str, &str, &str); 6] = [
    ("dispatch", "Who is asked for what", "À qui une course est proposée"),
    ("tariff", "What couriers earn", "Ce que gagnent les coursiers"),
    ("prices", "What deliveries cost", "Ce que coûtent les livraisons"),
    ("split", "How a price is shared", "Comment un prix est partagé"),
    ("surplus", "What becomes of a surplus", "Ce que devient un excédent"),
    ("shifts", "How shifts are given", "Comment les services sont attribués"),
];

/// `GET /rules?lang=fr`
pub async fn show_rules(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let rules = Transparency::look(&app).await?;
    let page = page(language(&request), &app.config.coop.name, &rules)?;
    Ok(sheet::show(StatusCode::OK, &CONTENT_SECURITY_POLICY, page))
}

fn page(language: Language, coop: &str, rules: &Transparency) -> Result<Markup, ApiError> {
    let all = serde_json::to_value(rules).map_err(|error| CommandError::Internal(error.into()))?;
    let say = |english: &'static str, french: &'static str| match language {
        Language::English => english,
        Language::French => french,
    };
    let title = say("The rules in force", "Les règles en vigueur");
    let name = |rule: &str| {
        let known = RULES.iter().find(|(known, ..)| *known == rule);
        known.map_or("", |(_, english, french)| say(english, french))
    };
    Ok(html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    @if !coop.is_empty() { p { (coop) } }
                    h1 { (title) }
                    p {
                        (say(
                            "The members vote on them. Whatever is dispatched and paid follows these figures and no others: this page is made of the very text that the server reads.",
                            "Les membres les votent. Tout ce qui est proposé et payé suit ces chiffres et aucun autre : cette page est faite du texte même que lit le serveur.",
                        ))
                        " " a href="/v1/transparency" { "JSON" }
                    }
                    p {
                        @for other in Language::ALL {
                            @if other != language {
                                a href=(format!("?lang={}", other.tag())) lang=(other.tag()) { (other.name()) }
                            }
                        }
                    }
                    h2 { (say("Never looked at", "Jamais regardé")) }
                    ul lang="en" { @for what in rules.never_used { li { (what) } } }
                    h2 { (say("Decided by people alone", "Décidé par des personnes seulement")) }
                    ul lang="en" { @for what in rules.decided_by_people_only { li { (what) } } }
                    @for (rule, ..) in RULES {
                        section {
                            h2 id=(rule) { (name(rule)) }
                            (value(&all[rule]))
                        }
                    }
                    @for change in rules.changes() {
                        @if let Some(says) = &change.says {
                            section {
                                h2 {
                                    (say("Announced: ", "Annoncé : ")) (name(&change.rule))
                                    (say(", from ", ", à partir du ")) (change.since) " UTC"
                                }
                                pre lang="en" tabindex="0" { (says) }
                            }
                        }
                    }
                    h2 { (say("Changes", "Changements")) }
                    table {
                        thead { tr {
                            th scope="col" { (say("In force from (UTC)", "En vigueur dès (UTC)")) }
                            th scope="col" { (say("Announced (UTC)", "Annoncé (UTC)")) }
                            th scope="col" { (say("Rule", "Règle")) }
                            th scope="col" { (say("Version", "Version")) }
                        } }
                        tbody {
                            @for change in rules.changes() {
                                tr {
                                    td { (change.since) }
                                    td { (change.announced_at) }
                                    td { (name(&change.rule)) }
                                    td { code { (change.version) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    })
}

/// A figure, or a list of named ones.
fn value(of: &Value) -> Markup {
    match of {
        Value::Object(fields) => html! {
            dl {
                @for (name, of) in fields {
                    dt lang="en" { (name.replace('_', " ")) }
                    dd { (value(of)) }
                }
            }
        },
        Value::Array(values) => html! { ul { @for of in values { li { (value(of)) } } } },
        Value::String(text) => html! { span lang="en" { (text) } },
        Value::Null => html! { "–" },
        Value::Bool(_) | Value::Number(_) => html! { (of.to_string()) },
    }
}
