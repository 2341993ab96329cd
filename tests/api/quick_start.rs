//! The quick start, as a newcomer would paste it.

use std::process::Command;

use serde_json::json;

use crate::support::{Coop, task, text};

#[tokio::test(flavor = "multi_thread")]
async fn the_quick_start_works_as_pasted() {
    let coop = Coop::start().await;
    let shop = coop.merchant("Bistro").await;
    let path = format!("/v1/merchants/{}/clients", shop.id);
    let client = coop.admin().await.post(&path, json!({ "name": "till" })).await.created();
    let guide = include_str!("../../docs/quick-start.md");
    let blocks = guide.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let script = format!("set -eu\n{}", blocks.collect::<Vec<_>>().join("\n"));
    assert!(script.matches("curl ").count() == 5, "five calls: {script}");
    let mut shell = Command::new("timeout");
    shell
        .args(["120", "bash", "-c", &script])
        .env("BASE", coop.base())
        .env("CLIENT_ID", text(&client["client_id"]))
        .env("CLIENT_SECRET", text(&client["client_secret"]));
    let mut newcomer = tokio::task::spawn_blocking(move || shell.output());
    let said = tokio::select! {
        said = &mut newcomer => said,
        () = bring(&coop) => newcomer.await,
    };
    let said = said.expect("no panic").expect("bash, curl and jq are there");
    let (out, err) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success(), "{out}\n{err}");
    assert!(out.contains("\"state\": \"open\""), "{out}");
    assert!(out.lines().any(|line| line.starts_with("/t/")), "{out}");
    assert!(out.contains("\"type\":\"delivery.delivered\""), "{out}");
}

/// What a courier does with the order, once it is there.
async fn bring(coop: &Coop) {
    let desk = coop.dispatcher().await;
    let rider = coop.courier_on_shift("Ada", 0).await;
    let order = loop {
        let placed = desk.get("/v1/deliveries").await.ok();
        if let Some(order) = placed["items"].get(0) {
            break order.clone();
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    desk.assign(&order, &rider).await.ok();
    for (kind, body) in
        [("pickup", json!({})), ("dropoff", json!({ "proof": { "signed_by": "M. Curie" } }))]
    {
        rider.complete(&task(&order, kind), body).await.ok();
    }
}
