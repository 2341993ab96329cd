//! A whole server: services, database, loops, HTTP; started in order, stopped in reverse.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use crate::clock::{self, Anchor, Clock};
use crate::commands::CommandError;
use crate::commands::books;
use crate::commands::people::{self, NewLogin};
use crate::commands::positions::Intake;
use crate::commands::rules;
use crate::config::{Config, ConfigError};
use crate::coop::{Coop, InForce, Rules, RulesError};
use crate::db::{self, OpenError};
use crate::domain::language::Language;
use crate::domain::notice::Occasion;
use crate::domain::text::Name;
use crate::domain::time::{Seconds, Timestamp};
use crate::embedded::{self, Services, StartError};
use crate::http::auth::Keys;
use crate::http::{self, App};
use crate::live::Live;
use crate::loops::notices::Writer;
use crate::loops::push::Knocker;
use crate::loops::webhooks::Teller;
use crate::loops::{self, Hub, Tools};
use crate::outbound::post::{Post, PostError, WaysOut};
use crate::outbound::push::{PushError, Pusher};
use crate::outbound::web::Web;
use crate::pictures::{PictureError, Pictures};
use crate::secrets::{Links, Seal};
use crate::telemetry;

/// How often private services are looked after.
const MEND_EVERY: Duration = Duration::from_millis(500);

#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Services(#[from] StartError),
    #[error(transparent)]
    Database(#[from] OpenError),
    #[error(transparent)]
    Rules(#[from] RulesError),
    #[error("REDIS_URL: {0}")]
    Redis(#[from] redis::RedisError),
    #[error("cannot start: {0}")]
    Command(#[from] CommandError),
    #[error("[auth] admin_email and admin_password: {0}")]
    Admin(String),
    #[error("[server] pictures_url: {0}")]
    Pictures(#[from] PictureError),
    #[error("cannot make requests: {0}")]
    Web(#[from] reqwest::Error),
    #[error(transparent)]
    Post(#[from] PostError),
    #[error(transparent)]
    Push(#[from] PushError),
    #[error("[notices] occasions: `{0}` is none of on_the_way, delivered, not_delivered")]
    Occasion(String),
    #[error("[notices] language: `{0}` is neither fr nor en")]
    Language(String),
    #[error("[clock] start: {0}")]
    Clock(String),
    #[error(
        "this database belongs to a {kept}, and it stays one: give the {asked} a database of its own"
    )]
    OtherKind { kept: &'static str, asked: &'static str },
    #[error("the installation's secret in {path}: {error}")]
    Secret { path: String, error: std::io::Error },
    #[error(
        "cannot listen on {address}: {error}. Is something else using the port? Set PACELINE_SERVER__LISTEN"
    )]
    Listen { address: String, error: std::io::Error },
}

/// Starts Postgres and Redis where no URL is given. Must run on the main thread, before any runtime:
/// the children end with the thread that started them.
pub fn start_services(config: &Config) -> Result<Services, StartError> {
    let given = |url: &String| Some(url.clone()).filter(|url| !url.is_empty());
    let server = &config.server;
    embedded::start(&server.data_dir, given(&server.database_url), given(&server.redis_url))
}

/// A server that answers.
pub struct Running {
    pub address: std::net::SocketAddr,
    /// What the handlers work with, for a program that has the server inside it.
    pub app: Data<App>,
    handle: actix_web::dev::ServerHandle,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
    loops: std::thread::JoinHandle<()>,
    stop: CancellationToken,
}

impl Running {
    /// Ends the streams, lets requests finish, ends the loops.
    pub async fn stop(self) {
        self.stop.cancel();
        self.handle.stop(true).await;
        // Both have been told to end; how they did is in the log.
        let _ = self.serving.await;
        let _ = tokio::task::spawn_blocking(|| self.loops.join()).await;
    }
}

/// Reads the installation's secret, or makes it: 32 bytes that only the server's user can read.
fn secret(data_dir: &Path) -> Result<[u8; 32], ServeError> {
    use std::io::{ErrorKind, Write};
    use std::os::unix::fs::OpenOptionsExt;
    let path = data_dir.join("secret.key");
    let failed = |error| ServeError::Secret { path: path.display().to_string(), error };
    std::fs::create_dir_all(data_dir).map_err(failed)?;
    let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    match made {
        Ok(mut file) => {
            let fresh = clock::chance();
            file.write_all(&fresh).and_then(|()| file.sync_all()).map_err(failed)?;
            Ok(fresh)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let bytes = std::fs::read(&path).map_err(failed)?;
            bytes.try_into().map_err(|_| {
                failed(std::io::Error::new(ErrorKind::InvalidData, "it does not have 32 bytes"))
            })
        }
        Err(error) => Err(failed(error)),
    }
}

/// The clock as it was anchored when this database first ran: its time never jumps, so the speed of
/// a database is for ever.
async fn clock(config: &Config, conn: &mut db::Conn) -> Result<Clock, ServeError> {
    let real = clock::real_now();
    let coop: Timestamp = match config.clock.start.as_str() {
        "" => real,
        start => start.parse().map_err(|error| ServeError::Clock(format!("{error}")))?,
    };
    let anchor = Anchor { real, coop, speed: config.clock.speed };
    let kept: Anchor = db::settings::get_or_set(conn, "clock", &anchor)
        .await
        .map_err(|error| ServeError::Command(error.into()))?;
    if kept.speed != config.clock.speed {
        return Err(ServeError::Clock(format!(
            "this database was run at speed {}; start a new one to change it",
            kept.speed
        )));
    }
    Ok(Clock::new(kept))
}

/// A database is a sandbox's or a live co-op's from its first start on, so that what is tried out in
/// one never comes among the other's books. One that has run before there were sandboxes is live.
async fn same_kind(config: &Config, conn: &mut db::Conn) -> Result<(), ServeError> {
    const fn name(sandbox: bool) -> &'static str {
        if sandbox { "sandbox" } else { "live co-op" }
    }
    let failed = |error: diesel::result::Error| ServeError::Command(error.into());
    let asked = config.server.sandbox;
    let has_run = db::settings::get::<Anchor>(conn, "clock").await.map_err(failed)?.is_some();
    let fresh = asked && !has_run;
    let kept = db::settings::get_or_set(conn, "sandbox", &fresh).await.map_err(failed)?;
    if kept == asked {
        return Ok(());
    }
    Err(ServeError::OtherKind { kept: name(kept), asked: name(asked) })
}

async fn found(coop: &Coop, config: &Config) -> Result<(), ServeError> {
    let auth = &config.auth;
    if auth.admin_email.is_empty() {
        return Ok(());
    }
    let wrong = |error: &dyn std::fmt::Display| ServeError::Admin(error.to_string());
    let login = NewLogin {
        name: Name::new("Admin").map_err(|error| wrong(&error))?,
        email: auth.admin_email.parse().map_err(|error| wrong(&error))?,
        password: auth.admin_password.clone(),
    };
    if people::found(coop, login).await? {
        info!(email = %auth.admin_email, "made the first admin");
    }
    Ok(())
}

/// What tells merchants' programs what happened.
fn teller(config: &Config, seal: Seal) -> Result<Teller, ServeError> {
    let settings = config.webhooks.clone();
    let answer_within = Duration::from_secs(settings.answer_within_s);
    let web = Web::new(http::reach(config), answer_within)?;
    Ok(Teller { web, seal, render: http::events::render, settings })
}

/// What tells customers.
fn writer(config: &Config, links: Links) -> Result<Writer, ServeError> {
    let crate::config::Notices { occasions, language, smtp_url, mail_from, sms_url, sms_token } =
        &config.notices;
    let occasions = occasions.iter().map(|name| Occasion::named(name).ok_or(name)).collect();
    Ok(Writer {
        post: Post::open(WaysOut { smtp_url, mail_from, sms_url, sms_token })?,
        links,
        occasions: Result::map_err(occasions, |name: &String| ServeError::Occasion(name.clone()))?,
        language: Language::of_tag(language)
            .ok_or_else(|| ServeError::Language(language.clone()))?,
        coop: config.coop.name.clone(),
        public_url: config.server.public_url.clone(),
        link: Seconds(config.service.link_hours * 3_600),
    })
}

/// What knocks at couriers' phones.
fn pusher(config: &Config, secret: &[u8; 32]) -> Result<Pusher, ServeError> {
    let answer_within = Duration::from_secs(config.webhooks.answer_within_s);
    let web = Web::new(http::reach(config), answer_within)?;
    let contact = Some(&config.server.public_url).filter(|url| url.starts_with("https://"));
    Ok(Pusher::new(web, secret, contact.cloned().unwrap_or_default())?)
}

/// Opens everything and starts to answer.
pub async fn start(config: Config, services: &Services) -> Result<Running, ServeError> {
    open(config, services, None).await
}

/// The same by a clock of the caller's.
pub async fn start_by(
    config: Config,
    services: &Services,
    clock: Clock,
) -> Result<Running, ServeError> {
    open(config, services, Some(clock)).await
}

/// Where the pool logs in: on a private cluster as the API's role itself, so that nobody who gets
/// hold of a connection can put it off again; on a given one as the settings say.
fn api_url(config: &Config, services: &Services) -> String {
    match config.server.database_api_url.as_str() {
        "" => services.database_url_as(db::API_ROLE),
        given => given.to_owned(),
    }
}

async fn open(
    config: Config,
    services: &Services,
    given: Option<Clock>,
) -> Result<Running, ServeError> {
    let database_url = services.database_url();
    db::migrate(database_url).await?;
    let pool = db::open(&api_url(&config, services), config.server.pool_size).await?;
    let mut conn = pool.get().await.map_err(|error| OpenError::Pool(error.to_string()))?;
    same_kind(&config, &mut conn).await?;
    let coop = Coop {
        clock: match given {
            Some(given) => given,
            None => clock(&config, &mut conn).await?,
        },
        rules: InForce::new(Rules::load(&config)?),
        bell: std::sync::Arc::default(),
        db: pool,
    };
    let secret = secret(&config.server.data_dir)?;
    let seal = Seal::new(&secret);
    let notary = Arc::new(books::notary(&mut conn, &seal).await?);
    let keys = Keys::load(&mut conn, seal.clone(), Links::new(&secret)).await?;
    drop(conn);
    found(&coop, &config).await?;
    rules::begin(&coop, Seconds(config.policy.notice_days * 86_400)).await?;

    let live =
        Live::open(services.redis_url(), &config.server.redis_prefix, coop.clock.id(|id| id))?;
    let pictures = Pictures::open(&config.server.pictures_url, &config.server.data_dir)?;
    let hub = Hub::default();
    let stop = CancellationToken::new();
    let pusher = pusher(&config, &secret)?;
    let tools = Tools {
        live: live.clone(),
        pictures: pictures.clone(),
        hub: hub.clone(),
        notary: notary.clone(),
        teller: teller(&config, seal.clone())?,
        writer: writer(&config, Links::new(&secret))?,
        knocker: Knocker { pusher: pusher.clone(), seal },
    };
    let loops = loops::start(coop.clone(), tools, &config, stop.clone());
    let listen = config.server.listen.clone();
    let failed = |error| ServeError::Listen { address: listen.clone(), error };
    let loops = loops.map_err(failed)?;
    let metrics = telemetry::start_metrics();
    let app = Data::new(App {
        intake: Intake::start(coop.clone()),
        coop,
        live,
        pictures,
        hub,
        keys,
        notary,
        pusher,
        config,
        metrics,
        stop: stop.clone(),
    });
    let (server, address) = http::serve(app.clone()).map_err(failed)?;
    let handle = server.handle();
    let serving = tokio::spawn(server);
    info!(%address, "answering");
    Ok(Running { address, app, handle, serving, loops, stop })
}

/// Starts private services again when they end by themselves, for ever. To be polled by the thread
/// that started them, which stands still meanwhile: nothing can be done without them.
pub async fn mend(services: &mut Services) {
    loop {
        tokio::time::sleep(MEND_EVERY).await;
        match services.mend() {
            Ok(mended) => mended.iter().for_each(|service| error!(service, "ended; started again")),
            Err(cause) => error!(%cause, "a service is away; trying again"),
        }
    }
}

/// Ctrl-C, or the system's request to end.
pub async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        // Without signals there is nothing to wait for but Ctrl-C.
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

/// `paceline health`: asks a running server whether it is alive.
pub async fn is_alive(address: &str) -> bool {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(3)).build();
    let Ok(client) = client else { return false };
    let answer = client.get(format!("http://{address}/livez")).send().await;
    answer.is_ok_and(|answer| answer.status().is_success())
}
