//! Letters to customers: by e-mail through an SMTP server, by SMS through a gateway that takes JSON.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::Error as SmtpError;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use serde_json::json;

use crate::domain::identity::Email;
use crate::domain::notice::{Letter, Outcome, Reachable};
use crate::domain::text::Phone;

/// Longest that an SMTP server or a gateway may take.
const ANSWER_MAX: Duration = Duration::from_secs(30);

#[derive(Debug, thiserror::Error)]
pub enum PostError {
    #[error("[notices] smtp_url: {0}")]
    Smtp(SmtpError),
    #[error("[notices] mail_from: {0}")]
    From(lettre::address::AddressError),
    #[error("[notices] sms_url is no address of a gateway: {0}")]
    Gateway(String),
    #[error(transparent)]
    Http(#[from] reqwest::Error),
}

/// Where letters are handed in, as the operator has set it; what is empty is not there.
#[derive(Clone, Copy, Debug)]
pub struct WaysOut<'a> {
    pub smtp_url: &'a str,
    pub mail_from: &'a str,
    pub sms_url: &'a str,
    pub sms_token: &'a str,
}

/// The ways out that the operator has opened. Cheap to clone.
#[derive(Clone)]
pub struct Post {
    mail: Option<(AsyncSmtpTransport<Tokio1Executor>, Mailbox)>,
    sms: Option<Gateway>,
}

#[derive(Clone)]
struct Gateway {
    http: reqwest::Client,
    url: reqwest::Url,
    token: String,
}

impl Post {
    /// # Errors
    /// If an address in the settings cannot be read.
    pub fn open(ways: WaysOut<'_>) -> Result<Self, PostError> {
        let mail = match ways.smtp_url {
            "" => None,
            url => {
                let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url);
                let transport = transport.map_err(PostError::Smtp)?.timeout(Some(ANSWER_MAX));
                let from = ways.mail_from.parse().map_err(PostError::From)?;
                Some((transport.build(), from))
            }
        };
        let sms = match ways.sms_url {
            "" => None,
            url => Some(Gateway {
                http: reqwest::Client::builder()
                    .redirect(reqwest::redirect::Policy::none())
                    .timeout(ANSWER_MAX)
                    .build()?,
                url: url.parse().map_err(|_| PostError::Gateway(url.to_owned()))?,
                token: ways.sms_token.to_owned(),
            }),
        };
        Ok(Self { mail, sms })
    }

    pub const fn reachable(&self) -> Reachable {
        Reachable { email: self.mail.is_some(), sms: self.sms.is_some() }
    }

    /// One e-mail; the same `id` is the same message, for whoever gets it twice.
    pub async fn email(&self, id: &str, to: &Email, letter: &Letter) -> Outcome {
        let Some((transport, from)) = &self.mail else {
            return Outcome::Never { error: "no SMTP server is set".to_owned() };
        };
        let to = match to.as_str().parse::<lettre::Address>() {
            Ok(address) => Mailbox::new(None, address),
            Err(error) => return Outcome::Never { error: error.to_string() },
        };
        let message = Message::builder()
            .from(from.clone())
            .to(to)
            .subject(&letter.subject)
            .message_id(Some(format!("<{id}@{}>", from.email.domain())))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone());
        let message = match message {
            Ok(message) => message,
            Err(error) => return Outcome::Never { error: error.to_string() },
        };
        match transport.send(message).await {
            Ok(_) => Outcome::Sent,
            Err(error) if error.is_permanent() => Outcome::Never { error: error.to_string() },
            Err(error) => Outcome::Later { error: error.to_string() },
        }
    }

    /// One SMS: `{"id", "to", "text"}` to the gateway, with its token as a bearer.
    pub async fn sms(&self, id: &str, to: &Phone, letter: &Letter) -> Outcome {
        let Some(Gateway { http, url, token }) = &self.sms else {
            return Outcome::Never { error: "no SMS gateway is set".to_owned() };
        };
        let body = json!({ "id": id, "to": to, "text": letter.text.trim_end() });
        match http.post(url.clone()).bearer_auth(token).json(&body).send().await {
            Ok(answer) if answer.status().is_success() => Outcome::Sent,
            Ok(answer) => {
                let error = format!("the gateway answers {}", answer.status());
                // 408 and 429 ask for another try; so does whatever is the gateway's own fault.
                match answer.status().as_u16() {
                    408 | 429 | 500.. => Outcome::Later { error },
                    _ => Outcome::Never { error },
                }
            }
            Err(error) => Outcome::Later { error: error.without_url().to_string() },
        }
    }
}
