//! One operation of the API. Who may call it, its id, body, key and JSON answer are read off the type
//! of its handler, so that they cannot be told otherwise than they are; the table adds the rest.

use actix_web::web::{Data, Form, Json, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;

use crate::http::App;
use crate::http::auth::{
    AsAdmin, AsAnyone, AsBilled, AsCourier, AsCrew, AsDispatcher, AsOrdering, AsRepresentative,
    AsReviewer, AsTreasurer,
};
use crate::http::body::{Body, Key, OptionalBody, PathId, Picture};
use crate::http::error::ApiError;

/// How a type is written, as a reference into the generator's definitions.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

fn schema_of<T: JsonSchema>(schemas: &mut SchemaGenerator) -> Schema {
    schemas.subschema_for::<T>()
}

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Everybody,
    LoggedIn,
    Couriers,
    Crew,
    Ordering,
    Desk,
    Books,
    Billed,
    Reviewers,
    Representatives,
    Admins,
}

impl Who {
    /// The roles that get in; none where no role is asked for.
    pub const fn roles(self) -> &'static [&'static str] {
        match self {
            Self::Everybody | Self::LoggedIn => &[],
            Self::Couriers => &["courier"],
            Self::Crew => &["courier", "dispatcher", "admin"],
            Self::Ordering => &["merchant", "dispatcher", "admin"],
            Self::Desk => &["dispatcher", "admin"],
            Self::Books => &["treasurer", "admin"],
            Self::Billed => &["merchant", "treasurer", "admin"],
            Self::Reviewers => &["dispatcher", "treasurer", "admin"],
            Self::Representatives => &["representative", "admin"],
            Self::Admins => &["admin"],
        }
    }
}

/// What a request brings along.
pub struct Given {
    pub required: bool,
    /// Media types, with the schema where there is one.
    pub content: Vec<(&'static str, Option<SchemaOf>)>,
    pub example: Option<Value>,
}

/// What comes back.
pub struct Answer {
    pub status: u16,
    pub content: Vec<(&'static str, Option<SchemaOf>)>,
    pub example: Option<Value>,
    /// Whether it says where the thing is.
    pub located: bool,
}

pub struct Operation {
    pub method: &'static str,
    /// As it is registered: `/v1/deliveries/{id}`.
    pub path: &'static str,
    /// The handler's name.
    pub id: String,
    pub summary: &'static str,
    pub note: &'static str,
    pub who: Who,
    pub of: Option<SchemaOf>,
    pub queries: Vec<SchemaOf>,
    pub keyed: bool,
    pub body: Option<Given>,
    pub answer: Answer,
    /// Answers that are no problem documents and no success.
    pub others: Vec<Answer>,
    /// Codes of the problems that are this operation's own.
    pub refusals: &'static [&'static str],
}

/// The media type of JSON.
pub const JSON: &str = "application/json";
/// The media type of a form's fields.
pub const FORM: &str = "application/x-www-form-urlencoded";

impl Operation {
    fn new<P, H: Handler<P>>(
        method: &'static str,
        path: &'static str,
        _handler: H,
        summary: &'static str,
    ) -> Self {
        let id = std::any::type_name::<H>().rsplit("::").next().unwrap_or_default().to_owned();
        let answer = Answer { status: 200, content: Vec::new(), example: None, located: false };
        let mut operation = Self {
            method,
            path,
            id,
            summary,
            note: "",
            who: Who::Everybody,
            of: None,
            queries: Vec::new(),
            keyed: false,
            body: None,
            answer,
            others: Vec::new(),
            refusals: &[],
        };
        H::tell(&mut operation);
        operation
    }

    /// More than fits into a line.
    pub fn note(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }

    /// Another name than the handler's, which has several routes.
    pub fn named(mut self, id: &str) -> Self {
        id.clone_into(&mut self.id);
        self
    }

    /// A part of the query. Each of its fields is a parameter.
    pub fn asks<T: JsonSchema>(mut self) -> Self {
        self.queries.push(schema_of::<T>);
        self
    }

    /// 201 with what was made.
    pub fn makes<T: JsonSchema>(self) -> Self {
        Self { answer: Answer { status: 201, ..self.answer }, ..self }.gives::<T>()
    }

    /// And a `Location` header.
    pub fn located(mut self) -> Self {
        self.answer.located = true;
        self
    }

    pub fn gives<T: JsonSchema>(mut self) -> Self {
        self.answer.content = vec![(JSON, Some(schema_of::<T>))];
        self
    }

    /// A file or a page of one of these media types.
    pub fn sends(mut self, media: &[&'static str]) -> Self {
        self.answer.content = media.iter().map(|media| (*media, None)).collect();
        self
    }

    pub const fn status(mut self, status: u16) -> Self {
        self.answer.status = status;
        self
    }

    /// A body that is a file of one of these media types.
    pub fn takes(mut self, media: &[&'static str]) -> Self {
        let content = media.iter().map(|media| (*media, None)).collect();
        self.body = Some(Given { required: true, content, example: None });
        self
    }

    /// What also may come back, in another form than a problem.
    pub fn or<T: JsonSchema>(mut self, status: u16) -> Self {
        let content = vec![(JSON, Some(schema_of::<T> as SchemaOf))];
        self.others.push(Answer { status, content, example: None, located: false });
        self
    }

    /// Likewise, as a page.
    pub fn or_page(mut self, status: u16) -> Self {
        let content = vec![("text/html", None)];
        self.others.push(Answer { status, content, example: None, located: false });
        self
    }

    /// The codes of what may stand against it, beside what follows from its form.
    pub const fn refuses(mut self, codes: &'static [&'static str]) -> Self {
        self.refusals = codes;
        self
    }

    /// A request that works.
    pub fn example(mut self, body: Value) -> Self {
        if let Some(given) = &mut self.body {
            given.example = Some(body);
        }
        self
    }

    /// What then comes back.
    pub fn then(mut self, answer: Value) -> Self {
        self.answer.example = Some(answer);
        self
    }
}

macro_rules! methods {
    ($($name:ident)*) => {$(
        pub fn $name<P, H: Handler<P>>(path: &'static str, handler: H, summary: &'static str) -> Operation {
            Operation::new(stringify!($name), path, handler, summary)
        }
    )*};
}

methods! { get post put patch delete }

/// A function that answers requests, as [`Operation`] reads it.
pub trait Handler<Parts> {
    fn tell(operation: &mut Operation);
}

macro_rules! handlers {
    ($($part:ident)*) => {
        impl<H, F, R, $($part: Part),*> Handler<($($part,)*)> for H
        where
            H: Fn($($part),*) -> F,
            F: Future<Output = R>,
            R: Reply,
        {
            #[allow(unused_variables, reason = "a handler may take nothing and say nothing")]
            fn tell(operation: &mut Operation) {
                $($part::tell(operation);)*
                R::tell(operation);
            }
        }
    };
}

handlers! {}
handlers! { A }
handlers! { A B }
handlers! { A B C }
handlers! { A B C D }
handlers! { A B C D E }
handlers! { A B C D E G }

/// What a handler gives back.
pub trait Reply {
    fn tell(operation: &mut Operation);
}

impl Reply for HttpResponse {
    fn tell(_: &mut Operation) {}
}

impl<T: JsonSchema> Reply for Json<T> {
    fn tell(operation: &mut Operation) {
        operation.answer.content = vec![(JSON, Some(schema_of::<T>))];
    }
}

impl<T: Reply> Reply for Result<T, ApiError> {
    fn tell(operation: &mut Operation) {
        T::tell(operation);
    }
}

/// A parameter of a handler.
pub trait Part {
    fn tell(_: &mut Operation) {}
}

impl Part for Data<App> {}
impl Part for HttpRequest {}
impl Part for Payload {}

impl Part for Path<String> {
    fn tell(operation: &mut Operation) {
        operation.of = Some(schema_of::<String>);
    }
}

impl<T: JsonSchema> Part for PathId<T> {
    fn tell(operation: &mut Operation) {
        operation.of = Some(schema_of::<T>);
    }
}

impl Part for Key {
    fn tell(operation: &mut Operation) {
        operation.keyed = true;
    }
}

fn body<T: JsonSchema>(required: bool, media: &'static str) -> Option<Given> {
    Some(Given { required, content: vec![(media, Some(schema_of::<T>))], example: None })
}

impl<T: JsonSchema> Part for Body<T> {
    fn tell(operation: &mut Operation) {
        operation.body = body::<T>(true, JSON);
    }
}

impl<T: JsonSchema> Part for OptionalBody<T> {
    fn tell(operation: &mut Operation) {
        operation.body = body::<T>(false, JSON);
    }
}

impl<T: JsonSchema, E> Part for Result<Form<T>, E> {
    fn tell(operation: &mut Operation) {
        operation.body = body::<T>(true, FORM);
    }
}

impl Part for Picture {
    fn tell(operation: &mut Operation) {
        let media = ["image/jpeg", "image/png", "image/webp"];
        let content = media.into_iter().map(|media| (media, None)).collect();
        operation.body = Some(Given { required: true, content, example: None });
    }
}

impl Part for AsAnyone {
    fn tell(operation: &mut Operation) {
        if operation.who == Who::Everybody {
            operation.who = Who::LoggedIn;
        }
    }
}

macro_rules! capabilities {
    ($($capability:ident => $who:ident),* $(,)?) => {$(
        impl Part for $capability {
            fn tell(operation: &mut Operation) {
                operation.who = Who::$who;
            }
        }
    )*};
}

capabilities! {
    AsCourier => Couriers,
    AsCrew => Crew,
    AsOrdering => Ordering,
    AsDispatcher => Desk,
    AsTreasurer => Books,
    AsBilled => Billed,
    AsReviewer => Reviewers,
    AsRepresentative => Representatives,
    AsAdmin => Admins,
}
