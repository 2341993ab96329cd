//! The types of the API as JSON Schemas (2020-12, the dialect of OpenAPI 3.1). What is read and what is
//! told may differ for one type (what has a default need not be given and is always told): such a type
//! is there twice, and the one that is read is called `...Input`.

use std::collections::BTreeSet;

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use schemars::transform::ReplaceBoolSchemas;
use serde_json::{Map, Value};

use super::operation::SchemaOf;

const PLACE: &str = "#/components/schemas/";

/// What has been asked for so far.
pub struct Schemas {
    read: SchemaGenerator,
    told: SchemaGenerator,
}

impl Schemas {
    pub fn new() -> Self {
        let settings = || {
            // Some makers of clients do not know `true` as a schema.
            let mut plain = ReplaceBoolSchemas::default();
            plain.skip_additional_properties = true;
            SchemaSettings::draft2020_12().with_transform(plain).with(|settings| {
                settings.definitions_path = "/components/schemas".into();
                settings.meta_schema = None;
            })
        };
        Self {
            read: settings().for_deserialize().into_generator(),
            told: settings().for_serialize().into_generator(),
        }
    }

    /// Of something that comes in.
    pub fn read(&mut self, of: SchemaOf) -> Value {
        of(&mut self.read).to_value()
    }

    /// Of something that goes out.
    pub fn told(&mut self, of: SchemaOf) -> Value {
        of(&mut self.told).to_value()
    }

    /// The parameters that the fields of a query are: name, whether it must be there, schema.
    pub fn parameters(&mut self, of: SchemaOf) -> Vec<(String, bool, Value)> {
        let schema = of(&mut self.read).to_value();
        let name = schema["$ref"].as_str().and_then(|path| path.strip_prefix(PLACE));
        let Some(name) = name.map(str::to_owned) else { return Vec::new() };
        // It is no type of its own on the wire.
        let schema = self.read.definitions_mut().remove(&name).unwrap_or_default();
        let required = |name: &str| {
            schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name))
        };
        let fields = schema["properties"].as_object().cloned().unwrap_or_default();
        let parameter = |(name, mut schema): (String, Value)| {
            without_null(&mut schema);
            let required = required(&name);
            (name, required, schema)
        };
        fields.into_iter().map(parameter).collect()
    }

    /// All definitions; what `document` says of requests is led to those of what is read.
    pub fn finish(mut self, document: &mut Value) -> Map<String, Value> {
        let mut told = self.told.take_definitions(true);
        let mut read = self.read.take_definitions(true);
        told.values_mut().for_each(tidy);
        read.values_mut().for_each(tidy);
        told.values_mut().for_each(never_null);
        let mut twice: BTreeSet<String> = read
            .iter()
            .filter(|(name, schema)| told.get(*name).is_some_and(|other| other != *schema))
            .map(|(name, _)| name.clone())
            .collect();
        // Whatever is told as well and refers to one of them is another type, too.
        loop {
            let known = twice.len();
            for (name, schema) in &read {
                if told.contains_key(name) && refers(schema, &twice) {
                    twice.insert(name.clone());
                }
            }
            if twice.len() == known {
                break;
            }
        }
        read_inputs(document, &twice);
        for (name, mut schema) in read {
            rename(&mut schema, &twice);
            let name = if twice.contains(&name) { format!("{name}Input") } else { name };
            told.insert(name, schema);
        }
        told
    }
}

/// Calls `each` with every object of a document.
fn walk(value: &mut Value, each: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            each(object);
            object.values_mut().for_each(|value| walk(value, each));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| walk(value, each)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn refers(schema: &Value, to: &BTreeSet<String>) -> bool {
    match schema {
        Value::Object(object) => {
            let name = object.get("$ref").and_then(Value::as_str);
            name.and_then(|path| path.strip_prefix(PLACE)).is_some_and(|name| to.contains(name))
                || object.values().any(|value| refers(value, to))
        }
        Value::Array(values) => values.iter().any(|value| refers(value, to)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn rename(schema: &mut Value, twice: &BTreeSet<String>) {
    walk(schema, &mut |object| {
        let Some(Value::String(path)) = object.get_mut("$ref") else { return };
        if path.strip_prefix(PLACE).is_some_and(|name| twice.contains(name)) {
            path.push_str("Input");
        }
    });
}

/// Renames within what a document says about requests.
fn read_inputs(document: &mut Value, twice: &BTreeSet<String>) {
    walk(document, &mut |object| {
        for part in ["requestBody", "parameters"] {
            if let Some(part) = object.get_mut(part) {
                rename(part, twice);
            }
        }
    });
}

/// Leaves `null` out of a schema: what may be absent is absent.
fn without_null(schema: &mut Value) {
    let Value::Object(object) = schema else { return };
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(all)) = object.get_mut("enum") {
        all.retain(|one| !one.is_null());
    }
    let Some(Value::Array(mut any)) = object.remove("anyOf") else { return };
    any.retain(|one| one["type"] != "null");
    match any.as_slice() {
        [Value::Object(only)] => {
            for (name, value) in only {
                object.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        _ => drop(object.insert("anyOf".to_owned(), Value::Array(any))),
    }
}

/// What is told only where there is something is never null.
fn never_null(schema: &mut Value) {
    walk(schema, &mut |object| {
        let required = object.get("required").and_then(Value::as_array).cloned();
        let required = required.unwrap_or_default();
        let Some(Value::Object(fields)) = object.get_mut("properties") else { return };
        for (name, field) in fields {
            if !required.iter().any(|one| one == name) {
                without_null(field);
            }
        }
    });
}

/// Comments as readers of the API see them: without the marks and the line breaks of the source.
fn tidy(schema: &mut Value) {
    walk(schema, &mut |object| {
        if let Some(Value::String(text)) = object.get_mut("description") {
            let paragraphs = text.split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
            let whole = paragraphs.collect::<Vec<_>>().join("\n\n");
            *text = whole.replace("[`", "`").replace("`]", "`");
        }
    });
}
