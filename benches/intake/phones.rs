//! Phones that say where they are: each request is written by hand into a connection that stays, so
//! that the phones cost little beside the server they share the machine with.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use paceline::clock;
use paceline::domain::time::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::fleet::{Courier, Fleet};

/// Fixes of a batch.
pub const BATCH: usize = 10;

/// How long requests took.
pub struct Latency(Vec<u64>);

impl Latency {
    fn of(mut micros: Vec<u64>) -> Self {
        micros.sort_unstable();
        Self(micros)
    }

    pub fn percentile_us(&self, percent: usize) -> u64 {
        self.0.get(self.0.len() * percent / 100).or(self.0.last()).copied().unwrap_or(0)
    }

    /// Two cells of a table.
    pub fn line(&self) -> String {
        let ms = |percent| self.percentile_us(percent) as f64 / 1_000.0;
        format!("{:.1} ms | {:.1} ms", ms(50), ms(99))
    }
}

pub struct Outcome {
    /// Requests.
    pub a_second: u64,
    pub latency: Latency,
}

pub struct Phones {
    address: std::net::SocketAddr,
    couriers: Arc<Vec<Courier>>,
    /// The number of the next batch: it says whose it is and when it was ridden.
    next: Arc<AtomicUsize>,
}

/// Degrees east and north of the base point, for a place somewhere in the city.
pub fn offset(n: usize) -> (f64, f64) {
    let across = |step: usize| ((n * step) % 1_000) as f64 / 1_000.0 - 0.5;
    (across(617) * 0.12, across(383) * 0.08)
}

impl Phones {
    pub fn of(fleet: &Fleet) -> Self {
        Self {
            address: fleet.address(),
            couriers: fleet.couriers.clone(),
            next: Arc::new(AtomicUsize::new(0)),
        }
    }

    /// Batch after batch over so many connections, as fast as they are answered.
    pub async fn send(&self, batches: usize, connections: usize) -> Outcome {
        let end = self.next.load(Ordering::Relaxed) + batches;
        let begun = Instant::now();
        let mut tasks = Vec::new();
        for _ in 0..connections {
            let (couriers, next) = (self.couriers.clone(), self.next.clone());
            let mut line = Line::to(self.address).await;
            tasks.push(tokio::spawn(async move {
                let mut took = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= end {
                        return took;
                    }
                    took.push(line.say(&request(&couriers, number)).await);
                }
            }));
        }
        let mut took = Vec::new();
        for task in tasks {
            took.extend(task.await.expect("no phone fails"));
        }
        self.next.store(end, Ordering::Relaxed);
        let micros = u64::try_from(begun.elapsed().as_micros()).expect("a short time");
        let a_second = u64::try_from(batches).expect("few") * 1_000_000 / micros.max(1);
        Outcome { a_second, latency: Latency::of(took) }
    }

    /// So many batches a second, each at its time, however long the others take.
    pub async fn send_paced(&self, a_second: u32, lasts: Duration) -> Latency {
        let mut pace = tokio::time::interval(Duration::from_secs(1) / a_second);
        let begun = Instant::now();
        let lines: Vec<_> = futures_util::future::join_all(
            (0..64).map(|_| async { tokio::sync::Mutex::new(Line::to(self.address).await) }),
        )
        .await;
        let lines = Arc::new(lines);
        let mut tasks = Vec::new();
        while begun.elapsed() < lasts {
            pace.tick().await;
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let request = request(&self.couriers, number);
            let lines = lines.clone();
            tasks.push(tokio::spawn(async move {
                let due = Instant::now();
                lines[number % lines.len()].lock().await.say(&request).await;
                u64::try_from(due.elapsed().as_micros()).expect("a short time")
            }));
        }
        let took = futures_util::future::join_all(tasks).await;
        Latency::of(took.into_iter().map(|took| took.expect("no phone fails")).collect())
    }
}

/// The batch of that number: ten seconds of a courier's ride, in the three hours before now, none of
/// them twice.
fn request(couriers: &[Courier], number: usize) -> Vec<u8> {
    let courier = &couriers[number % couriers.len()];
    let round = i64::try_from(number / couriers.len()).expect("few");
    let from = clock::real_now().millis() - 9_000_000 + 11_000 * round;
    let (east, north) = offset(number);
    let fix = |n: usize| {
        let at = Timestamp::from_millis(from + 1_000 * i64::try_from(n).expect("few"));
        let further = n as f64 * 0.000_05;
        format!(
            r#"{{"at":"{at}","latitude":{:.6},"longitude":{:.6},"accuracy_m":8}}"#,
            48.8566 + north + further,
            2.3522 + east + further,
        )
    };
    let fixes: Vec<String> = (0..BATCH).map(fix).collect();
    let body = format!(r#"{{"fixes":[{}]}}"#, fixes.join(","));
    format!(
        "POST /v1/me/positions HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        courier.token,
        body.len(),
    )
    .into_bytes()
}

/// A connection that stays.
struct Line {
    stream: TcpStream,
    heard: Vec<u8>,
}

impl Line {
    async fn to(address: std::net::SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("the server listens");
        stream.set_nodelay(true).expect("a TCP connection");
        Self { stream, heard: Vec::with_capacity(4_096) }
    }

    /// Says it and waits for the answer, which must be that all was kept. Gives the microseconds.
    async fn say(&mut self, request: &[u8]) -> u64 {
        let begun = Instant::now();
        self.stream.write_all(request).await.expect("the server listens");
        self.heard.clear();
        while !whole(&self.heard) {
            let read = self.stream.read_buf(&mut self.heard).await.expect("an answer");
            assert!(read > 0, "the server hung up");
        }
        let answer = String::from_utf8_lossy(&self.heard);
        assert!(answer.contains(&format!(r#""accepted":{BATCH},"#)), "{answer}");
        u64::try_from(begun.elapsed().as_micros()).expect("a short time")
    }
}

/// Whether an answer has come to its end, by the length that it announces.
fn whole(heard: &[u8]) -> bool {
    let text = String::from_utf8_lossy(heard);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    length.is_some_and(|length| body.len() >= length)
}
