//! What a server runs by, for admins.

use crate::support::Coop;

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_shown_without_secrets_and_without_the_house() {
    let coop = Coop::with(|config| {
        config.notices.sms_url = "https://sms.example/send".to_owned();
        config.notices.sms_token = "hush hush".to_owned();
    })
    .await;
    let admin = coop.admin().await;
    let settings = admin.get("/v1/settings").await.ok();
    let config = &coop.app().config;
    assert_eq!(settings["dispatch"]["tick_s"], config.dispatch.tick_s);
    assert_eq!(settings["coop"]["time_zone"], config.coop.time_zone.as_str());
    assert_eq!(settings["notices"]["sms"], true, "that there is a way is no secret");
    let text = settings.to_string();
    let (database, redis) = (&config.server.database_url, &config.server.redis_url);
    let inside = ["hush", "sms.example", "password", database, redis, "data_dir"];
    for kept in inside.into_iter().filter(|kept| !kept.is_empty()) {
        assert!(!text.contains(kept), "{kept}: {text}");
    }
}
