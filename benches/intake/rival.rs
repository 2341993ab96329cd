//! `redis-benchmark`, at the Redis that the server uses.

use std::process::Command;

use crate::database::services::urls;

/// Places put into a geographical set in a second, by so many clients in pipelines of that length;
/// nothing where there is no such program, or Redis is not reached by a socket.
pub fn geoadd_a_second(clients: usize, pipeline: usize) -> Option<u64> {
    let socket = urls().redis.strip_prefix("redis+unix://")?;
    let (clients, pipeline) = (clients.to_string(), pipeline.to_string());
    let output = Command::new("redis-benchmark")
        .args(["-s", socket, "-n", "500000", "-r", "10000", "--csv"])
        .args(["-c", &clients, "-P", &pipeline])
        .args(["geoadd", "bench:fleet", "2.3522", "48.8566", "c:__rand_int__"])
        .output();
    let Ok(output) = output else {
        eprintln!("SKIPPED: there is no redis-benchmark to compare with");
        return None;
    };
    // The last line: what was asked, then the requests a second, each in quotes.
    let text = String::from_utf8_lossy(&output.stdout);
    let figure = text.lines().last()?.split("\",\"").nth(1)?.split('.').next()?;
    figure.parse().ok()
}
