//! Server-sent events: what happened, as far as the caller may know, from where the caller was.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;

use crate::db::outbox::{self, BATCH_MAX, Published};
use crate::domain::access::Caller;
use crate::domain::event::Event;
use crate::domain::ids::CourierId;
use crate::http::App;
use crate::http::auth::{AsAnyone, has_changed};
use crate::http::error::ApiError;
use crate::http::events;
use crate::live::Fix;

/// Silence that proxies and phones put up with.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often positions go out, on true time.
const POSITIONS_PACE: Duration = Duration::from_millis(250);
/// Frames that wait for a slow reader before the stream waits for it too.
const FRAMES_MAX: usize = 1_024;
/// Most missed events that are caught up with; beyond it, reading anew is quicker.
const CATCH_UP_MAX: i64 = 20 * BATCH_MAX;

/// Who may see what.
#[derive(Clone)]
struct View(Caller);

impl View {
    fn may_see(&self, event: &Published) -> bool {
        let own_courier = self.0.rides_as().is_some_and(|own| event.courier_id == Some(own));
        let own_merchant = self.0.orders_for().is_some_and(|own| event.merchant_id == Some(own));
        self.0.dispatches() || own_courier || own_merchant
    }

    fn may_see_positions(&self) -> bool {
        self.0.dispatches()
    }
}

fn frame(event: &Published, view: &View) -> Option<Bytes> {
    let told: Event = serde_json::from_value(event.payload.clone()).ok()?;
    let desk = match &told {
        Event::Delivery { told, .. } if view.0.dispatches() => Some(told.delivery.desk.clone()),
        _ => None,
    };
    let mut data = events::render(told);
    if let Some(desk) = desk {
        data["delivery"]["desk"] = json!(desk);
    }
    data["at"] = json!(event.occurred_at);
    Some(Bytes::from(format!("id: {}\nevent: {}\ndata: {data}\n\n", event.seq, event.kind)))
}

fn positions_frame(fixes: &BTreeMap<CourierId, Fix>) -> Bytes {
    let fixes: Vec<Value> = fixes
        .values()
        .map(|fix| {
            json!({
                "courier_id": fix.courier_id, "latitude": fix.position.latitude(),
                "longitude": fix.position.longitude(), "at": fix.at,
            })
        })
        .collect();
    Bytes::from(format!("event: positions\ndata: {}\n\n", json!({ "fixes": fixes })))
}

/// The reader is gone, or too slow.
struct Gone;

async fn send(to: &mpsc::Sender<Bytes>, frame: Bytes) -> Result<(), Gone> {
    to.send(frame).await.map_err(|_| Gone)
}

/// `GET /v1/stream`, resumed with `Last-Event-ID`.
pub async fn follow_stream(
    app: Data<App>,
    by: AsAnyone,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let last = request.headers().get("last-event-id").map(|value| {
        value.to_str().ok().and_then(|text| text.parse::<i64>().ok()).filter(|seq| *seq >= 0)
    });
    let after = match last {
        None => None,
        Some(Some(seq)) => Some(seq),
        Some(None) => {
            return Err(ApiError::Invalid {
                detail: "Last-Event-ID is the id of an event of this stream".to_owned(),
                pointer: None,
            });
        }
    };
    let (to, frames) = mpsc::channel(FRAMES_MAX);
    let view = View(by.0);
    let stop = app.stop.clone();
    actix_web::rt::spawn(async move {
        // The reader's absence is the usual end.
        let _ = stop.run_until_cancelled(pump(&app, &view, after, &to)).await;
    });
    let body = futures_util::stream::unfold(frames, |mut frames| async move {
        frames.recv().await.map(|frame| (Ok::<_, std::convert::Infallible>(frame), frames))
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(body))
}

async fn pump(
    app: &App,
    view: &View,
    after: Option<i64>,
    to: &mpsc::Sender<Bytes>,
) -> Result<(), Gone> {
    // Listen first, then catch up: nothing falls between, and what comes twice is left out.
    let mut events = app.hub.listen();
    let mut fixes = app.live.listen();
    send(to, Bytes::from_static(b"retry: 1000\n: welcome\n\n")).await?;
    let mut last = catch_up(app, view, after, to).await?;
    let mut moved: BTreeMap<CourierId, Fix> = BTreeMap::new();
    let mut positions = tokio::time::interval(POSITIONS_PACE);
    let mut heartbeat = tokio::time::interval(HEARTBEAT);
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Ok(event) if event.seq <= last => {}
                Ok(event) => {
                    last = event.seq;
                    pass_on(view, &event, to).await?;
                }
                Err(RecvError::Lagged(_)) => last = catch_up(app, view, Some(last), to).await?,
                Err(RecvError::Closed) => return Ok(()),
            },
            fix = fixes.recv(), if view.may_see_positions() => match fix {
                Ok(fix) => drop(moved.insert(fix.courier_id, fix)),
                // The newest of each courier is what counts; the next one will come.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return Ok(()),
            },
            _ = positions.tick(), if !moved.is_empty() => {
                send(to, positions_frame(&moved)).await?;
                moved.clear();
            }
            // Who may not see this any more is let go; who may see other things comes again.
            _ = heartbeat.tick() => if has_changed(app, &view.0).await {
                return Ok(());
            } else {
                send(to, Bytes::from_static(b": still here\n\n")).await?;
            },
        }
    }
}

async fn pass_on(
    view: &View,
    event: &Arc<Published>,
    to: &mpsc::Sender<Bytes>,
) -> Result<(), Gone> {
    match view.may_see(event).then(|| frame(event, view)).flatten() {
        Some(frame) => send(to, frame).await,
        None => Ok(()),
    }
}

/// Sends what was missed after event `after`, and gives the number of the last event seen.
async fn catch_up(
    app: &App,
    view: &View,
    after: Option<i64>,
    to: &mpsc::Sender<Bytes>,
) -> Result<i64, Gone> {
    let Some(mut last) = after else { return Ok(app.hub.last()) };
    if app.hub.last() - last > CATCH_UP_MAX || last > app.hub.last() {
        send(to, Bytes::from_static(b"event: resync\ndata: {}\n\n")).await?;
        return Ok(app.hub.last());
    }
    loop {
        let missed = match app.coop.conn().await {
            Ok(mut conn) => outbox::after(&mut conn, last).await.map_err(|_| Gone)?,
            Err(_) => return Err(Gone),
        };
        let full = i64::try_from(missed.len()).is_ok_and(|count| count == BATCH_MAX);
        for event in missed {
            last = event.seq;
            pass_on(view, &Arc::new(event), to).await?;
        }
        if !full {
            return Ok(last);
        }
    }
}
