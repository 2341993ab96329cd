//! The quick start, as a newcomer would paste it.

use std::process::Command;

use crate::dir::Dir;
use crate::sandbox::Sandbox;

#[tokio::test(flavor = "multi_thread")]
async fn the_quick_start_goes_from_a_credential_to_a_delivered_order_in_five_calls() {
    let dir = Dir::new("quick-start");
    let sandbox = Sandbox::start(dir.path(), 90);
    let guide = include_str!("../../docs/quick-start.md");
    let blocks = guide.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let script = format!("set -eu\n{}", blocks.clone().collect::<Vec<_>>().join("\n"));
    assert!(script.matches("curl ").count() == 5, "five calls: {script}");
    for block in blocks {
        assert!(sandbox.said.contains(block.trim()), "not printed at the start: {block}");
    }
    let mut shell = Command::new("bash");
    shell.args(["-c", &script]);
    for name in ["BASE", "CLIENT_ID", "CLIENT_SECRET"] {
        shell.env(name, sandbox.given(name));
    }
    let said = tokio::task::spawn_blocking(move || shell.output()).await.expect("no panic");
    let said = said.expect("bash, curl and jq are there");
    let (out, err) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success(), "{out}\n{err}");
    assert!(out.contains("\"price\": {"), "{out}");
    assert!(out.lines().any(|line| line.starts_with("/t/")), "{out}");
    let states: Vec<&str> =
        out.lines().skip_while(|line| !line.starts_with("/t/")).skip(1).collect();
    assert!(states.contains(&"picked_up"), "{out}");
    assert_eq!(states.last(), Some(&"delivered"), "{out}");
}
