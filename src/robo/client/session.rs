//! Somebody logged in: keeps the access token fresh and logs in again when it must.

use std::time::{Duration, Instant};

use rand::RngExt;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::sync::Mutex;

use super::api::{Api, Credential};
use super::call::Call;
use super::error::CallError;

/// How somebody proves who they are.
#[derive(Clone, Debug)]
pub enum Login {
    /// A person: `POST /v1/auth/login`.
    Password { email: String, password: String },
    /// A shop's till: `POST /oauth2/token` with client credentials.
    Client { id: String, secret: String },
}

/// A login and its current token. Many calls may run at once; a token is renewed by one of them.
#[derive(Debug)]
pub struct Session {
    api: Api,
    login: Login,
    token: Mutex<Option<Token>>,
}

#[derive(Clone, Debug)]
struct Token {
    access: String,
    refresh: Option<String>,
    renew_at: Instant,
}

#[derive(Deserialize)]
struct TokenOut {
    access_token: String,
    refresh_token: Option<String>,
    expires_in: u64,
}

/// A refused token is renewed this often within one call before the refusal is believed.
const RENEWALS_MAX: usize = 2;

impl Session {
    pub fn new(api: &Api, login: Login) -> Self {
        Self { api: api.clone(), login, token: Mutex::new(None) }
    }

    /// Logs in now instead of at the first call.
    ///
    /// # Errors
    /// If the login is refused, or nobody answers for long.
    pub async fn warm_up(&self) -> Result<(), CallError> {
        self.bearer(None).await.map(|_| ())
    }

    /// Makes a call as this person.
    ///
    /// # Errors
    /// After all retries: see [`CallError`].
    pub async fn send<T: DeserializeOwned>(&self, call: &Call) -> Result<T, CallError> {
        let mut refused: Option<String> = None;
        for _ in 0..RENEWALS_MAX {
            let token = self.bearer(refused.as_deref()).await?;
            match self.api.send(call, &Credential::Bearer(token.clone())).await {
                Err(error) if error.status() == Some(401) => refused = Some(token),
                answer => return answer,
            }
        }
        let token = self.bearer(refused.as_deref()).await?;
        self.api.send(call, &Credential::Bearer(token)).await
    }

    /// Opens the event stream, once.
    pub(super) async fn open_stream(
        &self,
        call: &Call,
        last_event_id: Option<&str>,
    ) -> Result<reqwest::Response, CallError> {
        let token = self.bearer(None).await?;
        let who = Credential::Bearer(token.clone());
        match self.api.open_stream(call, &who, last_event_id).await {
            Err(error) if error.status() == Some(401) => {
                let token = self.bearer(Some(&token)).await?;
                self.api.open_stream(call, &Credential::Bearer(token), last_event_id).await
            }
            answer => answer,
        }
    }

    /// A token that is not `refused` and not about to expire.
    async fn bearer(&self, refused: Option<&str>) -> Result<String, CallError> {
        let mut slot = self.token.lock().await;
        if let Some(token) = slot.as_ref()
            && refused != Some(token.access.as_str())
            && Instant::now() < token.renew_at
        {
            return Ok(token.access.clone());
        }
        let refresh = slot.take().and_then(|token| token.refresh);
        let token = self.renew(refresh).await?;
        let access = token.access.clone();
        *slot = Some(token);
        Ok(access)
    }

    /// By refresh token if there is one, else by logging in. A refused refresh token is no
    /// tragedy: its last answer may have been lost with the server, and it works only once.
    async fn renew(&self, refresh: Option<String>) -> Result<Token, CallError> {
        if let Some(refresh) = refresh {
            let call = Call::post("/v1/auth/refresh", &[]).json(json!({"refresh_token": refresh}));
            match self.api.public::<TokenOut>(&call).await {
                Ok(out) => return Ok(out.into()),
                Err(CallError::Refused { status: 400..=499, .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let out: TokenOut = match &self.login {
            Login::Password { email, password } => {
                let body = json!({"email": email, "password": password});
                self.api.public(&Call::post("/v1/auth/login", &[]).json(body)).await?
            }
            Login::Client { id, secret } => {
                let who = Credential::Basic { id: id.clone(), secret: secret.clone() };
                let call = Call::post("/oauth2/token", &[]).form("grant_type=client_credentials");
                self.api.send(&call, &who).await?
            }
        };
        Ok(out.into())
    }
}

impl From<TokenOut> for Token {
    /// Renewed after 70 to 90 % of its life: those who logged in together do not come back together.
    fn from(out: TokenOut) -> Self {
        let life = Duration::from_secs(out.expires_in);
        Self {
            access: out.access_token,
            refresh: out.refresh_token,
            renew_at: Instant::now() + life.mul_f64(rand::rng().random_range(0.7..0.9)),
        }
    }
}
