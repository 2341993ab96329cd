//! Tells customers what happens to their delivery, where the operator has set how.

use std::time::Duration;

use futures_util::future::join_all;
use tracing::error;

use super::{Hub, recover};
use crate::commands::CommandError;
use crate::commands::notices::{Subject, claim, fan_out, settle, skip, subject};
use crate::coop::Coop;
use crate::db::notices::Claimed;
use crate::domain::language::Language;
use crate::domain::notice::{Channel, Occasion, Outcome, Reachable, letter};
use crate::domain::time::Seconds;
use crate::outbound::post::Post;
use crate::secrets::Links;

/// How long what is due may wait to be noticed where no event rings, on true time.
const PACE: Duration = Duration::from_secs(1);

/// How often events are left out where nobody can be told.
const SILENT_PACE: Duration = Duration::from_secs(60);

/// What writing letters needs beside the co-op.
#[derive(Clone)]
pub struct Writer {
    pub post: Post,
    pub links: Links,
    pub occasions: Vec<Occasion>,
    pub language: Language,
    /// The co-op's name, and where customers reach this server; empty: no links.
    pub coop: String,
    pub public_url: String,
    /// How long a link lasts after the promise.
    pub link: Seconds,
}

impl Writer {
    /// Whether there is no way out, or nothing to be told.
    fn is_silent(&self) -> bool {
        self.occasions.is_empty() || self.post.reachable() == Reachable::default()
    }
}

pub async fn run(coop: Coop, hub: Hub, writer: Writer) {
    while writer.is_silent() {
        if let Err(cause) = skip(&coop).await {
            recover("leaving events out", &cause).await;
        }
        tokio::time::sleep(SILENT_PACE).await;
    }
    let mut news = hub.listen();
    loop {
        while news.try_recv().is_ok() {}
        match pass(&coop, &writer).await {
            // More is waiting.
            Ok(true) => continue,
            Ok(false) => {}
            Err(cause) => recover("telling customers", &cause).await,
        }
        tokio::select! {
            // Lagging is no loss: the events are read from the outbox.
            _ = news.recv() => {}
            () = tokio::time::sleep(PACE) => {}
        }
    }
}

/// Makes notices and sends what is due. Whether there may be more.
async fn pass(coop: &Coop, writer: &Writer) -> Result<bool, CommandError> {
    let reachable = writer.post.reachable();
    let more = fan_out(coop, &writer.occasions, reachable).await?;
    let claimed = claim(coop).await?;
    join_all(claimed.iter().map(|one| send(coop, writer, one))).await;
    Ok(more || !claimed.is_empty())
}

/// One try. A failure to write it down leaves the claim to run out.
async fn send(coop: &Coop, writer: &Writer, claimed: &Claimed) {
    let outcome = match subject(coop, claimed).await {
        Ok(Some(subject)) => try_it(writer, claimed, &subject).await,
        Ok(None) => Outcome::Never { error: "it is not so any more".to_owned() },
        Err(cause) => return error!(?cause, notice = %claimed.id, "a notice could not be read"),
    };
    if let Err(cause) = settle(coop, claimed, &outcome).await {
        error!(?cause, notice = %claimed.id, "a try could not be written down");
    }
}

async fn try_it(writer: &Writer, claimed: &Claimed, subject: &Subject) -> Outcome {
    let Subject { delivery, door, shop, pin } = subject;
    let Writer { post, links, language, coop, public_url, link, .. } = writer;
    let link = (!public_url.is_empty()).then(|| {
        let address = links.address(public_url, door.id, delivery.due_at + *link);
        format!("{address}?lang={}", language.tag())
    });
    let letter = letter(claimed.occasion, *language, shop, coop, link.as_deref(), pin.as_ref());
    let contact = door.stop.contact.clone().unwrap_or_default();
    let id = claimed.id.to_string();
    match (claimed.channel, contact.email, contact.phone) {
        (Channel::Email, Some(to), _) => post.email(&id, &to, &letter).await,
        (Channel::Sms, _, Some(to)) => post.sms(&id, &to, &letter).await,
        (Channel::Email, None, _) | (Channel::Sms, _, None) => {
            Outcome::Never { error: "the contact was taken out".to_owned() }
        }
    }
}
