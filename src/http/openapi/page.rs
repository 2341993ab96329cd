//! The same document for people: one page without a script, in French or English where it speaks for
//! itself, made once a language.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;

use super::problems::PROBLEMS;
use super::{JSON, SERVED, etag, is_known};
use crate::http::sheet;
use crate::http::tracking::language;
use crate::http::words::Language;

const STYLE: &str = include_str!("docs.css");

static CONTENT_SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| sheet::policy(STYLE));

/// A page with its entity tag.
type Page = (Bytes, String);

static PAGES: LazyLock<[(Language, Page); 2]> = LazyLock::new(|| {
    Language::ALL.map(|language| {
        let text = Words(language).page(&SERVED.document).into_string();
        let etag = etag(text.as_bytes());
        (language, (Bytes::from(text), etag))
    })
});

/// `GET /docs?lang=fr`
pub async fn show_docs(request: HttpRequest) -> HttpResponse {
    let language = language(&request);
    let page = PAGES.iter().find(|(known, _)| *known == language).map(|(_, page)| page);
    let Some((bytes, etag)) = page else { return HttpResponse::NotFound().finish() };
    let known = is_known(&request, etag);
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((header::ETAG, etag.as_str()))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::VARY, "Accept-Language"))
        .insert_header((header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY.as_str()));
    if known {
        return answer.finish();
    }
    answer.content_type("text/html; charset=utf-8").body(bytes.clone())
}

/// What the page says by itself.
#[derive(Clone, Copy)]
struct Words(Language);

impl Words {
    const fn say(self, english: &'static str, french: &'static str) -> &'static str {
        match self.0 {
            Language::English => english,
            Language::French => french,
        }
    }

    fn page(self, document: &Value) -> Markup {
        let title = self.say("paceline: the API", "paceline : l’API");
        let parts = document["components"]["schemas"].as_object();
        html! {
            (DOCTYPE)
            html lang=(self.0.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    header {
                        h1 { (title) }
                        p.quiet {
                            (document["info"]["version"].as_str().unwrap_or("")) " · "
                            a href="/v1/openapi.json" { "OpenAPI 3.1" }
                            @for other in Language::ALL {
                                " · " a href=(format!("?lang={}", other.tag())) hreflang=(other.tag()) { (other.name()) }
                            }
                        }
                        @if self.0 == Language::French { p.quiet { "Les descriptions sont en anglais." } }
                        (text(document["info"]["description"].as_str()))
                    }
                    (self.contents(document))
                    main {
                        @for (tag, about, operations) in &SERVED.order {
                            section id=(tag.to_lowercase()) {
                                h2 { (tag) }
                                p { (about) }
                                @for (path, method) in operations {
                                    (self.operation(path, method, &document["paths"][path][method]))
                                }
                            }
                        }
                        section #problems {
                            h2 { (self.say("Problems", "Erreurs")) }
                            (self.problems())
                        }
                        section #schemas {
                            h2 { (self.say("Schemas", "Schémas")) }
                            @for (name, schema) in parts.into_iter().flatten() {
                                article id=(format!("schema-{name}")) {
                                    h3 { (name) }
                                    (text(schema["description"].as_str()))
                                    (self.schema(schema))
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn contents(self, document: &Value) -> Markup {
        html! {
            nav aria-label=(self.say("Contents", "Sommaire")) {
                @for (tag, _, operations) in &SERVED.order {
                    details {
                        summary { (tag) }
                        ul { @for (path, method) in operations {
                            @let operation = &document["paths"][path][method];
                            li { a href=(format!("#{}", word(operation, "operationId"))) { (word(operation, "summary")) } }
                        } }
                    }
                }
                p { a href="#problems" { (self.say("Problems", "Erreurs")) } }
                p { a href="#schemas" { (self.say("Schemas", "Schémas")) } }
            }
        }
    }

    fn operation(self, path: &str, method: &str, operation: &Value) -> Markup {
        let id = word(operation, "operationId");
        let parameters = operation["parameters"].as_array();
        let body = operation["requestBody"]["content"].as_object();
        html! {
            article id=(id) {
                h3 { a href=(format!("#{id}")) { (word(operation, "summary")) } }
                p.address { b class=(method) { (method.to_uppercase()) } " " code { (path) } }
                (text(operation["description"].as_str()))
                @if let Some(parameters) = parameters {
                    h4 { (self.say("Parameters", "Paramètres")) }
                    table { @for parameter in parameters { (self.parameter(parameter)) } }
                }
                @if let Some(content) = body {
                    h4 {
                        (self.say("Body", "Corps"))
                        @if operation["requestBody"]["required"] != true { " " small { (self.say("may be left out", "facultatif")) } }
                    }
                    ul { @for (media, of) in content { li { (self.media(media, of)) } } }
                    (self.call(path, method, operation, content))
                }
                h4 { (self.say("Answers", "Réponses")) }
                table.answers { @for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
                    (self.answer(status, answer))
                } }
            }
        }
    }

    fn parameter(self, parameter: &Value) -> Markup {
        let parameter = led(parameter);
        html! { tr {
            th { code { (word(parameter, "name")) } }
            td {
                (word(parameter, "in")) ", " (self.kind(&parameter["schema"]))
                @if parameter["required"] == true { ", " b { (self.say("needed", "obligatoire")) } }
                (text(parameter["description"].as_str()))
            }
        } }
    }

    fn media(self, media: &str, of: &Value) -> Markup {
        html! {
            code { (media) }
            @if of.get("schema").is_some() { ": " (self.kind(&of["schema"])) }
        }
    }

    fn answer(self, status: &str, answer: &Value) -> Markup {
        let answer = led(answer);
        let content = answer["content"].as_object();
        html! { tr {
            th { code { (status) } }
            td {
                (text(answer["description"].as_str()))
                @for (media, of) in content.into_iter().flatten() {
                    @if media != "application/problem+json" { p { (self.media(media, of)) } }
                    @if let Some(example) = of.get("example") { pre tabindex="0" { (pretty(example)) } }
                }
            }
        } }
    }

    /// The request as it is typed, where there is an example of it.
    fn call(
        self,
        path: &str,
        method: &str,
        operation: &Value,
        content: &serde_json::Map<String, Value>,
    ) -> Markup {
        let given = content.iter().find_map(|(media, of)| Some((media, of.get("example")?)));
        let Some((media, example)) = given else { return html! {} };
        let mut lines = vec![format!("curl -X {} \"$BASE{path}\"", method.to_uppercase())];
        if operation["security"] != Value::Array(Vec::new()) {
            lines.push("-H \"Authorization: Bearer $TOKEN\"".to_owned());
        }
        let keyed = operation["parameters"].as_array().into_iter().flatten();
        if keyed.into_iter().any(|one| one["$ref"] == "#/components/parameters/IdempotencyKey") {
            lines.push("-H 'Idempotency-Key: order-1001'".to_owned());
        }
        match example {
            Value::Object(fields) if media != JSON => {
                let field = |(name, value): (&String, &Value)| {
                    format!("-d '{name}={}'", value.as_str().unwrap_or(""))
                };
                lines.extend(fields.iter().map(field));
            }
            example => {
                lines.push(format!("-H 'Content-Type: {media}'"));
                let body = example.as_str().map_or_else(|| pretty(example), str::to_owned);
                lines.push(format!("--data-binary '{}'", body.replace('\'', r"'\''")));
            }
        }
        html! { pre tabindex="0" { (lines.join(" \\\n  ")) } }
    }

    /// A schema in a table, or in several where it is one of some.
    fn schema(self, schema: &Value) -> Markup {
        let several = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
        if let Some(several) = several {
            return html! {
                ul { @for one in several { li {
                    @if one["properties"].is_object() { (text(one["description"].as_str())) (self.fields(one)) }
                    @else { (self.kind(one)) (text(one["description"].as_str())) }
                } } }
            };
        }
        if schema["properties"].is_object() {
            self.fields(schema)
        } else {
            html! { p { (self.kind(schema)) } }
        }
    }

    fn fields(self, schema: &Value) -> Markup {
        let needed = |name: &str| {
            schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name))
        };
        html! { table { @for (name, field) in schema["properties"].as_object().into_iter().flatten() { tr {
            th { code { (name) } @if !needed(name) { " ?" } }
            td { (self.kind(field)) (text(field["description"].as_str())) }
        } } } }
    }

    /// What a value may be, in words.
    fn kind(self, schema: &Value) -> Markup {
        if let Some(path) = schema["$ref"].as_str() {
            let name = path.rsplit('/').next().unwrap_or(path);
            return html! { a href=(format!("#schema-{name}")) { (name) } };
        }
        let several = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
        if let Some(several) = several {
            return html! { @for (number, one) in several.iter().enumerate() {
                @if number > 0 { " " (self.say("or", "ou")) " " } (self.kind(one))
            } };
        }
        let exact = schema.get("const").map(std::slice::from_ref);
        if let Some(values) = schema["enum"].as_array().map(Vec::as_slice).or(exact) {
            return html! { @for (number, value) in values.iter().enumerate() {
                @if number > 0 { ", " } code { (value.as_str().map_or_else(|| value.to_string(), str::to_owned)) }
            } };
        }
        let names: Vec<&str> = match &schema["type"] {
            Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
            one => one.as_str().into_iter().collect(),
        };
        html! {
            @for (number, name) in names.iter().enumerate() {
                @if number > 0 { " " (self.say("or", "ou")) " " }
                @match *name {
                    "array" => { (self.say("list of", "liste de")) " " (self.kind(&schema["items"])) }
                    "object" if schema["additionalProperties"].is_object() => {
                        (self.say("by name:", "par nom :")) " " (self.kind(&schema["additionalProperties"]))
                    }
                    name => (name),
                }
            }
            @if names.is_empty() { (self.say("anything", "tout")) }
            @if let Some(format) = schema["format"].as_str() { " (" (format) ")" }
            (limits(schema))
        }
    }

    fn problems(self) -> Markup {
        html! { table { @for (code, status, means) in PROBLEMS { tr id=(format!("problem-{code}")) {
            th { code { (code) } }
            td { (status) }
            td { (means) }
        } } } }
    }
}

/// From what to what, as far as it is said.
fn limits(schema: &Value) -> Markup {
    let pairs = [("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems")];
    html! { @for (least, most) in pairs {
        @match (schema.get(least), schema.get(most)) {
            (Some(least), Some(most)) => { " " (least) "–" (most) }
            (Some(least), None) => { " ≥ " (least) }
            (None, Some(most)) => { " ≤ " (most) }
            (None, None) => {}
        }
    } }
}

fn word<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().unwrap_or("")
}

/// What a reference leads to.
fn led(value: &Value) -> &Value {
    let path = value["$ref"].as_str().and_then(|path| path.strip_prefix('#'));
    path.and_then(|path| SERVED.document.pointer(path)).unwrap_or(value)
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// Paragraphs, lists and `code` of a description.
fn text(of: Option<&str>) -> Markup {
    let line = |line: &str| {
        let parts: Vec<String> = line.split('`').map(str::to_owned).collect();
        html! { @for (number, part) in parts.iter().enumerate() {
            @if number % 2 == 1 { code { (part) } } @else { (part) }
        } }
    };
    html! { @for paragraph in of.unwrap_or("").split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
        @if paragraph.starts_with("- ") {
            ul { @for item in paragraph.lines() { li { (line(item.trim_start_matches("- "))) } } }
        } @else { p { (line(paragraph)) } }
    } }
}
