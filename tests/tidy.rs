//! The house rules that a compiler does not know. Each failure says where, and what to do.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Most lines of a file that people write.
const LINES_MAX: usize = 500;

/// Who may look at whom, by module: `domain <- engine <- sim`, `domain <- db <- commands <- {http,
/// loops}`; `robo` knows only HTTP. Whoever stands at the root of a program sees all.
const ARROWS: [(&str, &[&str]); 26] = [
    ("domain", &[]),
    ("engine", &["domain"]),
    ("territory", &["domain", "engine"]),
    ("sim", &["domain", "engine", "territory"]),
    ("clock", &["domain"]),
    ("config", &[]),
    ("embedded", &[]),
    ("telemetry", &["config"]),
    ("secrets", &["clock", "domain"]),
    ("live", &["domain"]),
    ("pictures", &["domain"]),
    // A decision keeps what the engine saw and said: its types are the rows.
    ("db", &["domain", "engine"]),
    ("exchange", &["domain", "db"]),
    ("books", &["clock", "commands", "config", "db", "domain", "embedded", "server"]),
    ("coop", &["clock", "config", "db", "domain", "engine"]),
    // Where somebody else makes the server talk to.
    ("outbound", &["domain"]),
    ("commands", &["clock", "coop", "db", "domain", "engine", "outbound", "pictures", "secrets"]),
    (
        "loops",
        &[
            "clock", "commands", "config", "coop", "db", "domain", "engine", "live", "outbound",
            "pictures", "secrets",
        ],
    ),
    (
        "http",
        &[
            "clock", "commands", "config", "coop", "db", "domain", "engine", "exchange", "live",
            "loops", "outbound", "pictures", "secrets",
        ],
    ),
    // Clients: of the house they know the words, and nothing that runs.
    ("robo", &["domain", "sim"]),
    (
        "server",
        &[
            "clock",
            "commands",
            "config",
            "coop",
            "db",
            "domain",
            "embedded",
            "http",
            "live",
            "loops",
            "outbound",
            "pictures",
            "secrets",
            "telemetry",
        ],
    ),
    ("simulate", &["domain", "sim"]),
    ("replay", &["coop", "db", "domain", "engine"]),
    ("together", &["config", "embedded", "server", "telemetry"]),
    ("demo", &["clock", "config", "domain", "robo", "secrets", "sim", "simulate", "together"]),
    ("sandbox", &["config", "robo", "secrets", "together"]),
];

/// What the pure half does without, and what it does instead.
const NOT_PURE: [(&str, &str); 20] = [
    ("HashMap", "use a BTreeMap: the order of a HashMap is chance"),
    ("HashSet", "use a BTreeSet: the order of a HashSet is chance"),
    ("RandomState", "chance comes in as a seed"),
    ("SystemTime", "time comes in as an argument"),
    ("Instant", "time comes in as an argument"),
    ("Timestamp::now", "time comes in as an argument"),
    ("Zoned::now", "time comes in as an argument"),
    ("rand::", "chance comes in as a seed"),
    ("thread_rng", "chance comes in as a seed"),
    ("new_v4", "ids are made outside, from a time and chance"),
    ("now_v7", "ids are made outside, from a time and chance"),
    ("std::fs", "no IO here: let the server half read it"),
    ("std::net", "no IO here: let the server half do it"),
    ("std::env", "no IO here: take it as an argument"),
    ("std::process", "no IO here: let the server half do it"),
    ("std::thread", "no threads here"),
    ("async fn", "nothing waits here"),
    ("tokio", "nothing waits here"),
    ("diesel", "rows are the business of src/db"),
    ("println!", "no IO here: give it back"),
];

const PURE: [&str; 4] = ["src/domain/", "src/engine/", "src/sim/", "src/territory/"];

/// Where money, time and pay are reckoned: whole numbers only.
const WHOLE_NUMBERS: [&str; 7] = [
    "src/domain/money.rs",
    "src/domain/time.rs",
    "src/domain/pay.rs",
    "src/domain/ledger/",
    "src/domain/pricing.rs",
    "src/commands/pay.rs",
    "src/db/",
];

/// A file of the house: its path from the root, with forward slashes, and its text.
struct File {
    path: String,
    text: String,
}

impl File {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Lines of code with their numbers, without comments. Good enough for these rules: a `//` in a
    /// string cuts its line short.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate();
        lines.map(|(index, line)| (index + 1, line.split("//").next().unwrap_or("")))
    }

    /// The module of the crate that the file belongs to.
    fn module(&self) -> Option<&str> {
        let rest = self.path.strip_prefix("src/")?;
        let end = rest.find(['/', '.'])?;
        Some(&rest[..end])
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Everything that people write here.
fn files() -> Vec<File> {
    const SKIPPED: [&str; 4] = ["target", "node_modules", "dist", "data"];
    const WRITTEN: [&str; 12] =
        ["rs", "sql", "toml", "md", "ts", "tsx", "mts", "mjs", "css", "html", "yaml", "sh"];
    let mut found = Vec::new();
    let mut folders = vec![root().to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("our own folder") {
            let path = entry.expect("our own folder").path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("").to_owned();
            let hidden = name.starts_with('.') && name != ".ci";
            if path.is_dir() {
                if !hidden && !SKIPPED.contains(&name.as_str()) {
                    folders.push(path);
                }
                continue;
            }
            let extension = path.extension().and_then(|extension| extension.to_str());
            let script = name == "dev"
                || path.parent().and_then(Path::file_name).is_some_and(|at| at == ".ci");
            if script || extension.is_some_and(|extension| WRITTEN.contains(&extension)) {
                found.extend(read(&path));
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > 100, "the files of the house are not where they are looked for");
    found
}

fn read(path: &PathBuf) -> Option<File> {
    let text = std::fs::read_to_string(path).ok()?;
    let path = path.strip_prefix(root()).expect("under the root").to_str()?.replace('\\', "/");
    Some(File { path, text })
}

/// Runs a rule over all files and fails with everything that it found.
fn hold(rule: impl Fn(&File) -> Vec<String>) {
    let found: Vec<String> = files().iter().flat_map(rule).collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

fn too_long(file: &File) -> Vec<String> {
    let lines = file.text.lines().count();
    if lines <= LINES_MAX {
        return Vec::new();
    }
    let path = &file.path;
    vec![format!("{path}:{lines}: more than {LINES_MAX} lines; split it by the nouns it holds")]
}

/// The modules that a line of code names by `crate::`.
fn named(line: &str) -> Vec<String> {
    let mut modules = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        // `$crate::` in a macro is the crate all the same; `my_crate::` is not.
        let before = line[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &line[at + "crate::".len()..];
        let group = rest.strip_prefix('{').map_or(rest, |group| group);
        let grouped = group.len() < rest.len();
        let mut depth = 0;
        for part in group.split_inclusive(['{', '}', ',']) {
            if depth == 0 {
                let word = |c: char| c.is_alphanumeric() || c == '_';
                let name: String = part.trim_start().chars().take_while(|c| word(*c)).collect();
                modules.extend(Some(name).filter(|name| !name.is_empty()));
            }
            depth += match part.chars().next_back() {
                Some('{') => 1,
                Some('}') => -1,
                _ => 0,
            };
            if !grouped || depth < 0 {
                break;
            }
        }
    }
    modules
}

fn wrong_arrows(file: &File) -> Vec<String> {
    let Some(from) = file.module().filter(|from| !["lib", "main"].contains(from)) else {
        return Vec::new();
    };
    let path = &file.path;
    let Some((_, allowed)) = ARROWS.iter().find(|(module, _)| *module == from) else {
        return vec![format!(
            "{path}:1: say in tests/tidy.rs whom the module `{from}` may look at"
        )];
    };
    let mut found = Vec::new();
    for (number, line) in file.code() {
        for to in named(line) {
            if to != from && !allowed.contains(&to.as_str()) {
                found.push(format!(
                    "{path}:{number}: `{from}` looks at `{to}`, which points back; move what is \
                     needed to where both may look, or hand it in as an argument"
                ));
            }
        }
    }
    found
}

fn impure(file: &File) -> Vec<String> {
    if !file.is_rust() || !PURE.iter().any(|folder| file.path.starts_with(folder)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (number, line) in file.code() {
        for (word, instead) in NOT_PURE {
            if has_word(line, word) {
                found.push(format!("{}:{number}: `{word}`: {instead}", file.path));
            }
        }
    }
    found
}

/// Whether a line has the word, and not only as a part of a longer one.
fn has_word(line: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let open_end = !word.ends_with(part);
        !before.is_some_and(part) && (open_end || !after.is_some_and(part))
    })
}

fn floats(file: &File) -> Vec<String> {
    if !file.is_rust() || !WHOLE_NUMBERS.iter().any(|place| file.path.starts_with(place)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (number, line) in file.code() {
        let words = ["f32", "f64", "Float", "Double", "Numeric"];
        if words.iter().any(|word| has_word(line, word)) || has_float(line) {
            found.push(format!(
                "{}:{number}: a float; use whole minor units, seconds or basis points",
                file.path
            ));
        }
    }
    found
}

/// A literal such as `1.5` or `2e9` outside of a string.
fn has_float(line: &str) -> bool {
    let bare: String = line.split('"').step_by(2).collect();
    let bytes = bare.as_bytes();
    bytes.windows(3).enumerate().any(|(at, three)| {
        let starts_a_word =
            at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || b"_.".contains(&bytes[at - 1]));
        let digit = |byte: u8| byte.is_ascii_digit();
        digit(three[0]) && !starts_a_word && b".e".contains(&three[1]) && digit(three[2])
    })
}

fn unfinished(file: &File) -> Vec<String> {
    let words = [concat!("TO", "DO"), concat!("FIX", "ME")];
    let lines = file.text.lines().enumerate();
    let marked = lines.filter(|(_, line)| words.iter().any(|word| has_word(line, word)));
    let path = &file.path;
    marked
        .map(|(index, _)| format!("{path}:{}: do it, or open an issue and say so", index + 1))
        .collect()
}

/// A query that loads rows says how many at most: by a limit, by the list of ids that it is given,
/// or by giving one row for each group.
fn unbounded(file: &File) -> Vec<String> {
    if !file.path.starts_with("src/db/") {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut function = (0, String::new());
    let mut close = |(number, text): (usize, String)| {
        let loads = text.contains(".load(") || text.contains(".load::<");
        let bounds = [".limit(", "LIMIT ", ".eq_any(", "GROUP BY "];
        if loads && !bounds.iter().any(|bound| text.contains(bound)) {
            found.push(format!(
                "{}:{number}: a list without a bound; add .limit(.._MAX)",
                file.path
            ));
        }
    };
    for (number, line) in file.code() {
        if has_word(line, "fn") && !line.starts_with("        ") {
            close(std::mem::replace(&mut function, (number, String::new())));
        }
        let _ = writeln!(function.1, "{line}");
    }
    close(function);
    found
}

#[test]
fn no_file_is_too_long() {
    hold(too_long);
}

#[test]
fn nothing_points_back() {
    hold(wrong_arrows);
}

#[test]
fn the_pure_half_has_no_clock_no_chance_and_no_io() {
    hold(impure);
}

#[test]
fn money_time_and_pay_are_whole_numbers() {
    hold(floats);
}

#[test]
fn nothing_is_left_for_later() {
    hold(unfinished);
}

#[test]
fn no_list_is_without_a_bound() {
    hold(unbounded);
}

#[test]
fn every_migration_can_be_taken_back() {
    let mut found = Vec::new();
    for step in std::fs::read_dir(root().join("migrations")).expect("there are migrations") {
        let step = step.expect("a folder").path();
        for name in ["up.sql", "down.sql"] {
            let text = std::fs::read_to_string(step.join(name)).unwrap_or_default();
            if text.trim().is_empty() {
                found.push(format!("{}/{name}:1: is missing; write it", step.display()));
            }
        }
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn every_bound_is_used() {
    let files: Vec<File> =
        files().into_iter().filter(|file| file.path.starts_with("src/")).collect();
    let mut defined = BTreeMap::new();
    let mut used = BTreeSet::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        for (number, line) in file.code() {
            let words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            let bounds: Vec<&str> = words.filter(|word| word.ends_with("_MAX")).collect();
            let defines = line.contains("const ") && line.contains(": ") && line.contains('=');
            for (place, bound) in bounds.into_iter().enumerate() {
                if defines && place == 0 {
                    defined.insert((file.path.clone(), bound), number);
                } else {
                    used.insert(bound);
                }
            }
        }
    }
    assert!(defined.len() > 20, "the bounds are read wrongly: {defined:?}");
    let unused: Vec<String> = defined
        .iter()
        .filter(|((_, bound), _)| !used.contains(bound))
        .map(|((path, bound), number)| format!("{path}:{number}: {bound} bounds nothing; use it"))
        .collect();
    assert!(unused.is_empty(), "\n{}\n", unused.join("\n"));
}

/// The rules themselves: what each forbids and what it lets pass.
mod rules {
    use super::*;

    fn found(rule: fn(&File) -> Vec<String>, path: &str, text: &str) -> usize {
        rule(&File { path: path.to_owned(), text: text.to_owned() }).len()
    }

    #[test]
    fn a_long_file_is_seen() {
        assert_eq!(found(too_long, "src/a.rs", &"\n".repeat(500)), 0);
        assert_eq!(found(too_long, "src/a.rs", &"\n".repeat(501)), 1);
    }

    #[test]
    fn an_arrow_back_is_seen_however_it_is_written() {
        let back = |text: &str| found(wrong_arrows, "src/engine/plan.rs", text);
        assert_eq!(back("use crate::domain::time::Seconds;\nuse crate::engine::plan;"), 0);
        assert_eq!(back("use crate::db::Conn;"), 1);
        assert_eq!(back("    let row = crate::db::deliveries::find();"), 1);
        assert_eq!(back("use crate::{domain::ids, db::{Conn, crates}, http};"), 2);
        assert_eq!(back("// as crate::db says\n/// [`crate::http`]"), 0);
        assert_eq!(back("pub(crate) fn f() { my_crate::db() }"), 0);
        assert_eq!(found(wrong_arrows, "src/db/a.rs", "use crate::commands::Coop;"), 1);
        assert_eq!(found(wrong_arrows, "src/commands/a.rs", "use crate::http::App;"), 1);
        assert_eq!(found(wrong_arrows, "src/robo/a.rs", "use crate::db;"), 1);
        assert_eq!(found(wrong_arrows, "src/robo/a.rs", "use crate::commands;"), 1);
        assert_eq!(found(wrong_arrows, "src/novel/a.rs", ""), 1);
        assert_eq!(found(wrong_arrows, "src/main.rs", "use crate::anything;"), 0);
    }

    #[test]
    fn a_clock_and_chance_are_seen() {
        let seen = |text: &str| found(impure, "src/engine/a.rs", text);
        assert_eq!(seen("let mut seen = HashMap::new();"), 1);
        assert_eq!(seen("let begun = std::time::Instant::now();"), 1);
        assert_eq!(seen("let at = jiff::Timestamp::now();"), 1);
        assert_eq!(seen("let n: u64 = rand::random();"), 1);
        assert_eq!(seen("let operand::x = brand::y; // no HashMap here"), 0);
        assert_eq!(found(impure, "src/loops/a.rs", "Instant::now()"), 0);
    }

    #[test]
    fn a_float_is_seen() {
        let seen = |text: &str| found(floats, "src/domain/pay.rs", text);
        for float in ["let x: f64 = y;", "a * 1.5", "2e9", "x as f32", "sql::<Double>()"] {
            assert_eq!(seen(float), 1, "{float}");
        }
        for whole in ["pair.0.1", "0..5", "\"1.5 EUR\"", "0x1e5", "v1.2", "1_000", "if64"] {
            assert_eq!(seen(whole), 0, "{whole}");
        }
        assert_eq!(found(floats, "src/domain/geo.rs", "1.5_f64"), 0);
    }

    #[test]
    fn a_list_without_a_bound_is_seen() {
        let bounded = "pub async fn a() {\n    t.limit(9).load(conn)\n}\n";
        let unbound = "pub async fn b() {\n    t.load(conn)\n}\n";
        assert_eq!(found(unbounded, "src/db/a.rs", bounded), 0);
        assert_eq!(found(unbounded, "src/db/a.rs", &format!("{unbound}{bounded}")), 1);
        assert_eq!(found(unbounded, "src/db/a.rs", &format!("{bounded}{unbound}")), 1);
    }

    #[test]
    fn what_is_left_for_later_is_seen() {
        let later = concat!("// TO", "DO: later");
        assert_eq!(found(unfinished, "src/a.rs", later), 1);
        assert_eq!(found(unfinished, "src/a.rs", "todo: a task's first state"), 0);
    }
}
