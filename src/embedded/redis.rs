//! The private Redis.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;

use super::home::Home;
use super::running::{Running, StopBy};
use super::{Service, StartError, percent_encoded, tools};

const SOCKET: &str = "redis.sock";
const START_MAX: Duration = Duration::from_secs(20);
const STOP_BY: StopBy = &[(Signal::TERM, Duration::from_secs(10))];
/// How long a Redis that has accepted a connection may take to answer on it.
const PING_MAX: Duration = Duration::from_secs(1);

/// Starts Redis under `data_dir`, or shares the one that runs there.
pub(super) fn start(data_dir: &Path) -> Result<Service, StartError> {
    let home = Home::open(data_dir, "redis")?;
    let socket = home.socket(SOCKET)?;
    // A path in a URL: its slashes stay.
    let url = format!("redis+unix://{}", percent_encoded(&socket).replace("%2F", "/"));

    let is_up = || answers_ping(&socket);
    let Some(claim) = home.claim(is_up)? else {
        return Ok(Service::of_others(url));
    };
    let redis = tools::find("redis-server").next().ok_or(StartError::Missing {
        program: "redis-server",
        package: "redis-server",
        url_variable: "REDIS_URL",
    })?;
    let mut server = home.command(&redis);
    // No TCP, and nothing on disk: it holds only what is live.
    server.args(["--port", "0", "--save", "", "--appendonly", "no"]);
    server.args(["--unixsocketperm", "700", "--unixsocket"]).arg(&socket);
    let running = Running::spawn(&home, claim, server, STOP_BY)?.ready(START_MAX, is_up)?;
    Ok(Service::of_ours(url, running))
}

fn answers_ping(socket: &Path) -> bool {
    let answer = UnixStream::connect(socket).and_then(|mut stream| {
        stream.set_read_timeout(Some(PING_MAX))?;
        stream.write_all(b"PING\r\n")?;
        let mut answer = [0; 7];
        stream.read_exact(&mut answer).map(|()| answer)
    });
    answer.is_ok_and(|answer| answer == *b"+PONG\r\n")
}
