//! The members' rules: public, announced before they act, and in force by themselves.

use std::time::Duration;

use paceline::commands;
use paceline::domain::rules::Rule;
use paceline::domain::time::Seconds;

use crate::support::{Coop, text};

const DAY_S: i64 = 86_400;

#[tokio::test(flavor = "multi_thread")]
async fn the_rules_are_a_public_page_in_both_languages() {
    let coop = Coop::start().await;
    let english = coop.stranger().get("/rules?lang=en").await.status(200);
    assert!(english.header("content-security-policy").is_some_and(|it| it.contains("'none'")));
    let rules = coop.stranger().get("/v1/transparency").await.ok();
    let weight = &rules["dispatch"]["policy"]["weights"]["lateness"];
    let text = String::from_utf8_lossy(&english.body);
    assert!(text.contains("The rules in force") && text.contains(&weight.to_string()), "{text}");
    assert!(!text.contains("Announced:"), "{text}");
    let french = coop.stranger().get("/rules?lang=fr").await.status(200);
    let french = String::from_utf8_lossy(&french.body);
    assert!(french.contains("Les règles en vigueur"), "{french}");
}

/// The notice of these tests.
const NOTICE: Seconds = Seconds(14 * DAY_S);

/// Says to the server what its settings say of the tariff, as at its next start.
async fn say_tariff(coop: &Coop, text: &str) {
    let coop = &coop.app().coop;
    let texts = coop.rules.texts.clone().with(Rule::Tariff, text.to_owned());
    commands::rules::announce(coop, &texts, NOTICE).await.expect("it is announced");
}

/// The tariff in force, and what is listed of changes of tariffs: whether it acts, since when.
async fn tariffs(coop: &Coop) -> (String, Vec<(bool, String)>) {
    let rules = coop.stranger().get("/v1/transparency").await.ok();
    let all = rules["changes"].as_array().expect("a list").iter();
    let tariffs = all.filter(|one| one["rule"] == "tariff");
    let listed = tariffs.map(|one| (one["says"].is_null(), text(&one["since"]).to_owned()));
    (text(&rules["tariff"]["version"]).to_owned(), listed.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_rule_is_announced_on_a_public_page_and_acts_by_itself_at_the_end_of_its_notice()
{
    let coop = Coop::start().await;
    let before = coop.app().coop.rules.tariff.clone();
    let changed = before.text().replace(&before.version, "more-for-all");
    assert_ne!(changed, before.text());
    let (acts, listed) = tariffs(&coop).await;
    assert_eq!(
        (acts.as_str(), listed.len()),
        (before.version.as_str(), 1),
        "the first acts at once"
    );

    coop.pass(60);
    say_tariff(&coop, &changed).await;
    say_tariff(&coop, &changed).await;
    let (acts, listed) = tariffs(&coop).await;
    assert_eq!(acts, before.version);
    assert_eq!(listed[0], (false, coop.at(NOTICE.0)), "once, and from when it acts: {listed:?}");
    assert_eq!((listed.len(), listed[1].0), (2, true));
    let page = coop.stranger().get("/rules").await.status(200);
    let page = String::from_utf8_lossy(&page.body);
    assert!(
        page.contains("Announced: What couriers earn") && page.contains("more-for-all"),
        "{page}"
    );

    coop.pass(NOTICE.0 - 1);
    assert!(!commands::rules::turn(&coop.app().coop).await.expect("it looks"), "too soon");
    coop.pass(1);
    // The server looks by itself each second.
    for _ in 0..100 {
        if tariffs(&coop).await.0 == "more-for-all" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(tariffs(&coop).await.0, "more-for-all");
    assert!(tariffs(&coop).await.1.iter().all(|(acts, _)| *acts));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_announced_is_taken_back_before_it_acts() {
    let coop = Coop::start().await;
    let before = coop.app().coop.rules.tariff.clone();
    say_tariff(&coop, &before.text().replace(&before.version, "less-for-all")).await;
    assert_eq!(tariffs(&coop).await.1.len(), 2);
    coop.pass(DAY_S);
    say_tariff(&coop, before.text()).await;
    let (acts, listed) = tariffs(&coop).await;
    assert_eq!((acts.as_str(), listed.len()), (before.version.as_str(), 2));
    assert!(listed.iter().all(|(acts, _)| *acts), "nothing is announced any more: {listed:?}");
    coop.pass(NOTICE.0);
    assert!(!commands::rules::turn(&coop.app().coop).await.expect("it looks"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_in_force_that_this_program_cannot_read_gives_way_at_once() {
    let coop = Coop::start().await;
    coop.sql(
        "INSERT INTO rule_versions (rule, announced_at, since, version, says) \
        SELECT rule, since, since, '0123456789ab', 'of = \"an older program\"' \
        FROM rule_versions WHERE rule = 'tariff'",
    )
    .await;
    assert!(commands::rules::turn(&coop.app().coop).await.is_err());
    let version = coop.app().coop.rules.tariff.version.clone();
    commands::rules::begin(&coop.app().coop, NOTICE).await.expect("a server starts");
    assert!(!commands::rules::turn(&coop.app().coop).await.expect("it looks"));
    assert_eq!(tariffs(&coop).await.0, version);
}
