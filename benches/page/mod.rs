//! The page on which the benches leave their figures.

use std::path::Path;

/// Writes what `./dev bench NAME` has found between its two marks in `docs/performance.md`.
///
/// # Panics
/// If the page is not there, has not the marks, or cannot be written.
pub fn write(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/performance.md");
    let page = std::fs::read_to_string(&path).expect("docs/performance.md is there");
    let mark = |what: &str| format!("<!-- written by ./dev bench {name}: {what} -->\n");
    let (begin, end) = (mark("begin"), mark("end"));
    let (before, rest) = page.split_once(&begin).expect("the page has the line of the beginning");
    let (_, after) = rest.split_once(&end).expect("the page has the line of the end");
    std::fs::write(&path, format!("{before}{begin}{text}{end}{after}")).expect("it can be written");
}
