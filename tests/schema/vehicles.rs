//! What Postgres keeps of the co-op's vehicles by itself.

use crate::database::Database;
use crate::{CAST, accepted, refusal};

#[tokio::test(flavor = "multi_thread")]
async fn a_vehicle_has_numbers_that_make_sense_a_name_of_its_own_and_one_rider() {
    let database = Database::make().await;
    let mut conn = database.connect().await;
    accepted(&mut conn, CAST).await;
    let vehicle = |id: &str, name: &str| {
        format!(
            "INSERT INTO vehicles (id, name, kind, volume_ml, weight_g, made_at)
             VALUES ('00000000-0000-7000-8000-0000000000{id}', '{name}', 'trailer', 1, 1, now())"
        )
    };
    accepted(&mut conn, &vehicle("f1", "Red")).await;
    for change in [
        "name = ''",
        "kind = 'sledge'",
        "volume_ml = 0",
        "volume_ml = 10000001",
        "weight_g = 0",
        "weight_g = 2000001",
        "range_m = 0",
        "range_m = 1000001",
        "retired_at = made_at - interval '1 second'",
    ] {
        let said = refusal(&mut conn, &format!("UPDATE vehicles SET {change}")).await;
        assert!(said.contains("check constraint"), "{change}: {said}");
    }
    let said = refusal(&mut conn, &vehicle("f2", "RED")).await;
    assert!(said.contains("vehicles_by_name"), "{said}");
    let shift = |id: &str, courier: &str| {
        format!(
            "INSERT INTO shifts (id, courier_id, started_at, state, vehicle_id)
             VALUES ('00000000-0000-7000-8000-0000000000{id}',
                     '00000000-0000-7000-8000-0000000000{courier}', now(), 'open',
                     '00000000-0000-7000-8000-0000000000f1')"
        )
    };
    accepted(&mut conn, &shift("d1", "a1")).await;
    let said = refusal(&mut conn, &shift("d2", "b1")).await;
    assert!(said.contains("shifts_one_on_vehicle"), "{said}");
    accepted(&mut conn, "UPDATE shifts SET state = 'ended', ended_at = now(), paid_seconds = 0")
        .await;
    accepted(&mut conn, &shift("d2", "b1")).await;
    accepted(&mut conn, "UPDATE vehicles SET retired_at = now()").await;
    accepted(&mut conn, &vehicle("f2", "RED")).await;
}
