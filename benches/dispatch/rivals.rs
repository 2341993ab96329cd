//! Servers that answer the same questions. One that is not at hand is skipped, and said to be.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use paceline::domain::geo::Spot;
use paceline::domain::ids::CourierId;

use crate::city::Numbers;
use crate::stopwatch::median_us;

/// About as many micro-degrees as a metre has, near the equator: where Redis is asked, a degree is
/// as long in every direction.
const DEGREES_PER_METRE: f64 = 1.0 / 111_195.0;

/// How long Redis takes.
#[derive(Clone, Copy)]
pub struct Redis {
    /// For the 16 nearest.
    pub search_us: f64,
    /// For one courier's new place.
    pub move_us: f64,
}

/// Asks a Redis of our own, over a socket.
pub fn redis(spots: &[(CourierId, Spot)]) -> Option<Redis> {
    let directory = std::env::temp_dir().join(format!("paceline-bench-{}", std::process::id()));
    std::fs::create_dir_all(&directory).ok()?;
    let socket = directory.join("redis.sock");
    let server = Command::new("redis-server")
        .args(["--port", "0", "--save", "", "--unixsocket"])
        .arg(&socket)
        .current_dir(&directory)
        .stdout(Stdio::null())
        .spawn();
    let Ok(server) = server else {
        eprintln!("SKIPPED: there is no redis-server to compare with");
        return None;
    };
    let _server = Ended(server);
    let mut line = Line::open(&socket)?;
    for part in spots.chunks(1_000) {
        let mut words = vec!["GEOADD".to_owned(), "couriers".to_owned()];
        words.extend(part.iter().flat_map(|(id, spot)| member(*id, *spot)));
        line.ask(&words);
    }
    let mut numbers = Numbers(11);
    let search_us = median_us(|| {
        let [longitude, latitude] = degrees(numbers.spot());
        let words = ["GEOSEARCH", "couriers", "FROMLONLAT", &longitude, &latitude, "BYRADIUS"];
        let words = words.iter().chain(&["30", "km", "ASC", "COUNT", "16"]);
        line.ask(&words.map(|word| (*word).to_owned()).collect::<Vec<_>>());
    });
    let mut turn = 0;
    let move_us = median_us(|| {
        turn = (turn + 7_919) % spots.len();
        let (id, spot) = spots[turn];
        let mut words = vec!["GEOADD".to_owned(), "couriers".to_owned()];
        words.extend(member(id, Spot { x_m: spot.x_m + 7, y_m: spot.y_m }));
        line.ask(&words);
    });
    let _ = std::fs::remove_dir_all(&directory);
    Some(Redis { search_us, move_us })
}

fn degrees(spot: Spot) -> [String; 2] {
    [spot.x_m, spot.y_m].map(|metres| format!("{:.7}", f64::from(metres) * DEGREES_PER_METRE))
}

fn member(courier: CourierId, spot: Spot) -> [String; 3] {
    let [longitude, latitude] = degrees(spot);
    [longitude, latitude, courier.uuid().to_string()]
}

/// A server that is ended with its owner.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A connection that speaks the protocol of Redis (RESP 2).
struct Line {
    write: UnixStream,
    read: BufReader<UnixStream>,
}

impl Line {
    fn open(socket: &Path) -> Option<Self> {
        for _ in 0..100 {
            if let Ok(write) = UnixStream::connect(socket) {
                let read = BufReader::new(write.try_clone().ok()?);
                return Some(Self { write, read });
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        eprintln!("SKIPPED: redis-server does not answer");
        None
    }

    fn ask(&mut self, words: &[String]) {
        let mut text = format!("*{}\r\n", words.len());
        for word in words {
            text.push_str(&format!("${}\r\n{word}\r\n", word.len()));
        }
        self.write.write_all(text.as_bytes()).expect("our own server takes it");
        self.answer();
    }

    /// Reads one answer to its end.
    fn answer(&mut self) {
        let mut head = String::new();
        self.read.read_line(&mut head).expect("our own server answers");
        let count: usize = head[1..].trim_end().parse().unwrap_or(0);
        match head.as_bytes()[0] {
            b'*' => (0..count).for_each(|_| self.answer()),
            b'$' => {
                let mut body = vec![0; count + 2];
                self.read.read_exact(&mut body).expect("a whole answer");
            }
            b'-' => panic!("Redis refuses: {head}"),
            _ => {}
        }
    }
}

/// Asks PostGIS for the 16 nearest of many spots at once, and takes the time of one. Over the
/// database of `DATABASE_URL`, in a table that goes with the connection.
pub fn postgis(spots: &[(CourierId, Spot)]) -> Option<f64> {
    let Ok(url) = std::env::var("DATABASE_URL") else {
        eprintln!("SKIPPED: no DATABASE_URL, so PostGIS is not compared with");
        return None;
    };
    let psql = Command::new("psql")
        .args(["-qAtX", "-v", "ON_ERROR_STOP=1", &url])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut psql) = psql else {
        eprintln!("SKIPPED: there is no psql to ask PostGIS with");
        return None;
    };
    let mut script = String::from(
        "CREATE EXTENSION IF NOT EXISTS postgis;\n\
         CREATE TEMP TABLE spots (id uuid, spot geometry(Point));\nCOPY spots FROM STDIN;\n",
    );
    for (id, spot) in spots {
        script.push_str(&format!("{}\tPOINT({} {})\n", id.uuid(), spot.x_m, spot.y_m));
    }
    script.push_str(
        "\\.\nCREATE INDEX ON spots USING gist (spot);\nANALYZE spots;\n\
         CREATE TEMP TABLE asked AS SELECT ST_MakePoint(random() * 20000, random() * 20000) AS at \
         FROM generate_series(1, 2000);\n\
         SELECT clock_timestamp() AS begun \\gset\n\
         SELECT count(*) FROM asked, LATERAL (SELECT id FROM spots ORDER BY spot <-> at LIMIT 16) n;\n\
         SELECT extract(epoch FROM clock_timestamp() - :'begun'::timestamptz) * 1e6 / 2000;\n",
    );
    psql.stdin.take()?.write_all(script.as_bytes()).ok()?;
    let output = psql.wait_with_output().ok()?;
    let answer = String::from_utf8_lossy(&output.stdout).into_owned();
    let one_us = answer.lines().last().and_then(|line| line.trim().parse().ok());
    if one_us.is_none() {
        eprintln!("SKIPPED: this Postgres has no PostGIS to compare with");
    }
    one_us
}
