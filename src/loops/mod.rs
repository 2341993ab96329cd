//! Programs that run at their own pace beside the requests.
//!
//! They share one thread and never block it (the engine thinks on another one); what they need of the database comes from the pool
//! like everybody's.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::error;

use crate::commands::CommandError;
use crate::config::Config;
use crate::coop::Coop;
use crate::domain::ledger::checkpoint::Notary;
use crate::live::Live;
use crate::pictures::Pictures;

pub mod books;
pub mod dispatcher;
pub mod imports;
pub mod notices;
pub mod offers;
pub mod outbox;
pub mod push;
pub mod retention;
pub mod rules;
pub mod snapshot;
pub mod standing_orders;
pub mod webhooks;

pub use outbox::Hub;

/// What loops work with, besides the co-op.
pub struct Tools {
    pub live: Live,
    pub pictures: Pictures,
    pub hub: Hub,
    pub notary: Arc<Notary>,
    pub teller: webhooks::Teller,
    pub writer: notices::Writer,
    pub knocker: push::Knocker,
}

/// Starts all loops on a thread of their own. They end soon after `stop` is cancelled; join the
/// thread to wait for it.
pub fn start(
    coop: Coop,
    tools: Tools,
    config: &Config,
    stop: CancellationToken,
) -> std::io::Result<std::thread::JoinHandle<()>> {
    let Tools { live, pictures, hub, notary, teller, writer, knocker } = tools;
    let dispatch = config.dispatch;
    let retention = config.retention;
    let ledger = config.ledger;
    std::thread::Builder::new().name("loops".to_owned()).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = match runtime {
            Ok(runtime) => runtime,
            Err(cause) => return error!(%cause, "no runtime for the loops"),
        };
        let local = tokio::task::LocalSet::new();
        local.spawn_local(live.clone().follow());
        local.spawn_local(live.clone().tell());
        local.spawn_local(outbox::run(coop.clone(), hub.clone()));
        local.spawn_local(webhooks::run(coop.clone(), hub.clone(), teller));
        local.spawn_local(notices::run(coop.clone(), hub.clone(), writer));
        local.spawn_local(push::run(coop.clone(), hub, knocker));
        local.spawn_local(offers::run(coop.clone()));
        local.spawn_local(books::sign(coop.clone(), notary, ledger));
        local.spawn_local(books::check(coop.clone(), ledger));
        local.spawn_local(imports::run(coop.clone()));
        local.spawn_local(standing_orders::run(coop.clone()));
        local.spawn_local(rules::run(coop.clone()));
        local.spawn_local(retention::run(coop.clone(), pictures, retention));
        if dispatch.enabled {
            local.spawn_local(dispatcher::run(coop, live, dispatch));
        }
        local.block_on(&runtime, stop.cancelled());
    })
}

/// After a failure: says it, and waits so that a database that is away is not asked all the time.
async fn recover(doing: &str, cause: &CommandError) {
    error!(doing, ?cause, "a loop failed; trying again in a second");
    tokio::time::sleep(Duration::from_secs(1)).await;
}
