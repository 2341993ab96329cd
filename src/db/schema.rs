//! The tables as diesel knows them; a test holds this against the migrated database.

diesel::table! {
    merchants (id) { id -> Uuid, name -> Text, kind -> Text, lat_e6 -> Integer, lng_e6 -> Integer,
        address -> Text, created_at -> Timestamptz, }
}
diesel::table! {
    couriers (id) { id -> Uuid, name -> Text, vehicle -> Text, route_version -> BigInt,
        created_at -> Timestamptz, erased_at -> Nullable<Timestamptz>,
        skills -> Array<Text>, }
}
diesel::table! {
    users (id) { id -> Uuid, name -> Text, email -> Text, password_hash -> Text,
        roles -> Array<Text>, courier_id -> Nullable<Uuid>, merchant_id -> Nullable<Uuid>,
        created_at -> Timestamptz, deactivated_at -> Nullable<Timestamptz>, }
}
diesel::table! {
    refresh_tokens (token_hash) { token_hash -> Bytea, family -> Uuid, user_id -> Uuid,
        issued_at -> Timestamptz, expires_at -> Timestamptz, used_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>, }
}
diesel::table! {
    clients (id) { id -> Uuid, merchant_id -> Uuid, name -> Text, secret_hash -> Bytea,
        created_at -> Timestamptz, revoked_at -> Nullable<Timestamptz>, }
}
diesel::table! {
    signing_keys (kid) { kid -> Text, public_key -> Bytea, sealed_key -> Bytea,
        created_at -> Timestamptz, retired_at -> Nullable<Timestamptz>, }
}
diesel::table! {
    settings (key) { key -> Text, value -> Jsonb, }
}
diesel::table! {
    idempotency_keys (scope, key) { scope -> Text, key -> Text, body_hash -> Bytea,
        answer -> Jsonb, created_at -> Timestamptz, }
}
diesel::table! {
    deliveries (id) { id -> Uuid, merchant_id -> Uuid, external_reference -> Nullable<Text>,
        state -> Text, placed_at -> Timestamptz, ready_at -> Timestamptz, due_at -> Timestamptz,
        courier_id -> Nullable<Uuid>, by_hand -> Bool, assigned_at -> Nullable<Timestamptz>,
        picked_up_at -> Nullable<Timestamptz>, ended_at -> Nullable<Timestamptz>,
        end_code -> Nullable<Text>, end_note -> Nullable<Text>, price_amount -> BigInt,
        currency -> Text, packages -> Jsonb, instructions -> Nullable<Text>, version -> BigInt,
        tags -> Array<Text>, desk_note -> Nullable<Text>, locked -> Bool,
        asked_until -> Nullable<Timestamptz>, silence -> Nullable<Text>,
        if_undeliverable -> Text, returning_since -> Nullable<Timestamptz>, reopened -> SmallInt,
        turned_code -> Nullable<Text>, turned_note -> Nullable<Text>,
        tour_id -> Nullable<Uuid>, leg -> Nullable<Jsonb>, feeds -> Nullable<Uuid>, }
}
diesel::table! {
    hubs (id) { id -> Uuid, name -> Text, lat_e6 -> Integer, lng_e6 -> Integer, address -> Text,
        instructions -> Nullable<Text>, created_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>, }
}
diesel::table! {
    kitchens (merchant_id) { merchant_id -> Uuid, kitchen -> Jsonb,
        rush_minutes -> Nullable<SmallInt>, rush_until -> Nullable<Timestamptz>, }
}
diesel::table! {
    tasks (id) { id -> Uuid, delivery_id -> Uuid, seq -> SmallInt, kind -> Text, state -> Text,
        lat_e6 -> Integer, lng_e6 -> Integer, address -> Nullable<Text>,
        contact_name -> Nullable<Text>, contact_phone -> Nullable<Text>,
        contact_email -> Nullable<Text>,
        not_before -> Nullable<Timestamptz>, not_after -> Nullable<Timestamptz>, rank -> Integer,
        started_at -> Nullable<Timestamptz>, ended_at -> Nullable<Timestamptz>,
        signed_by -> Nullable<Text>, failure_code -> Nullable<Text>,
        failure_note -> Nullable<Text>, needs -> Nullable<Array<Text>>,
        shown -> Nullable<Jsonb>, missing -> Nullable<Jsonb>, }
}
diesel::table! {
    pins (task_id) { task_id -> Uuid, pin -> Text, wrong -> SmallInt, }
}
diesel::table! {
    incidents (id) { id -> Uuid, courier_id -> Uuid, task_id -> Nullable<Uuid>,
        delivery_id -> Nullable<Uuid>, kind -> Text, note -> Nullable<Text>,
        happened_at -> Timestamptz, reported_at -> Timestamptz, priority -> Text,
        assigned_to -> Nullable<Uuid>, shared -> Nullable<Text>, state -> Text,
        moved_by -> Nullable<Uuid>, moved_at -> Nullable<Timestamptz>, done -> Nullable<Text>,
        version -> BigInt, }
}
diesel::table! {
    incident_comments (id) { id -> Uuid, incident_id -> Uuid, user_id -> Uuid, at -> Timestamptz,
        note -> Text, }
}
diesel::table! {
    incident_pictures (id) { id -> Uuid, incident_id -> Uuid, received_at -> Timestamptz,
        sha256 -> Bytea, }
}
diesel::table! {
    undone_entries (entry_id) { entry_id -> Uuid, courier_id -> Uuid,
        undone_at -> Timestamptz, }
}
diesel::table! {
    shifts (id) { id -> Uuid, courier_id -> Uuid, planned_from -> Nullable<Timestamptz>,
        planned_to -> Nullable<Timestamptz>, started_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>, paid_seconds -> Nullable<BigInt>, state -> Text,
        opening_id -> Nullable<Uuid>, breaks -> Tstzmultirange, vehicle_id -> Nullable<Uuid>, }
}
diesel::table! {
    vehicles (id) { id -> Uuid, name -> Text, kind -> Text, volume_ml -> BigInt,
        weight_g -> BigInt, range_m -> Nullable<BigInt>, note -> Nullable<Text>,
        made_at -> Timestamptz, retired_at -> Nullable<Timestamptz>, }
}
diesel::table! {
    shift_corrections (id) { id -> Uuid, shift_id -> Uuid, courier_id -> Uuid, asked_by -> Uuid,
        by_courier -> Bool, asked_at -> Timestamptz, reason -> Text, was_started_at -> Timestamptz,
        was_ended_at -> Timestamptz, was_breaks -> Tstzmultirange, was_paid_seconds -> BigInt,
        started_at -> Timestamptz, ended_at -> Timestamptz, breaks -> Tstzmultirange,
        paid_seconds -> BigInt, }
}
diesel::table! {
    shift_correction_verdicts (correction_id) { correction_id -> Uuid, decided_by -> Uuid,
        decided_at -> Timestamptz, agreed -> Bool, reason -> Nullable<Text>, }
}
diesel::table! {
    shifts_gone (shift_id, courier_id) { shift_id -> Uuid, courier_id -> Uuid,
        planned_from -> Timestamptz, planned_to -> Timestamptz, gone_at -> Timestamptz,
        given_back -> Bool, times -> Integer, }
}
diesel::table! {
    calendar_links (courier_id) { courier_id -> Uuid, token_sha256 -> Bytea,
        made_at -> Timestamptz, }
}
diesel::table! {
    shift_templates (id) { id -> Uuid, template -> Jsonb, made_at -> Timestamptz,
        removed_at -> Nullable<Timestamptz>, }
}
diesel::table! {
    openings (id) { id -> Uuid, template_id -> Nullable<Uuid>, day -> Nullable<Text>,
        number -> Nullable<SmallInt>, starts_at -> Timestamptz, ends_at -> Timestamptz,
        wanted -> Jsonb, places -> Integer, taken -> Integer,
        withdrawn_at -> Nullable<Timestamptz>, made_at -> Timestamptz, }
}
diesel::table! {
    opening_waits (opening_id, courier_id) { opening_id -> Uuid, courier_id -> Uuid,
        since -> Timestamptz, }
}
diesel::table! {
    shift_swaps (shift_id) { shift_id -> Uuid, to_courier -> Nullable<Uuid>,
        offered_at -> Timestamptz, }
}
diesel::table! {
    availability (courier_id) { courier_id -> Uuid, rules -> Jsonb, }
}
diesel::table! {
    days_off (id) { id -> Uuid, courier_id -> Uuid, first_day -> Text, last_day -> Text,
        note -> Nullable<Text>, asked_at -> Timestamptz, state -> Text,
        answered_at -> Nullable<Timestamptz>, answered_by -> Nullable<Uuid>,
        reason -> Nullable<Text>, }
}
diesel::joinable!(shift_swaps -> shifts (shift_id));
diesel::table! {
    decisions (id) { id -> Uuid, decided_at -> Timestamptz, engine_version -> Text,
        policy_version -> Text, seed -> BigInt, snapshot -> Bytea, plan -> Bytea,
        faults -> Array<Text>, }
}
diesel::table! {
    decision_deliveries (delivery_id, decision_id) { delivery_id -> Uuid, decision_id -> Uuid, }
}
diesel::table! {
    offers (id) { id -> Uuid, courier_id -> Uuid, decision_id -> Nullable<Uuid>, state -> Text,
        made_at -> Timestamptz, expires_at -> Timestamptz, answered_at -> Nullable<Timestamptz>,
        route -> Array<Uuid>, terms -> Jsonb, shown -> Text, shown_sha256 -> Bytea, }
}
diesel::table! {
    offer_deliveries (offer_id, delivery_id) { offer_id -> Uuid, delivery_id -> Uuid, }
}
diesel::table! {
    assignments (id) { id -> Uuid, delivery_id -> Uuid, courier_id -> Uuid,
        offer_id -> Nullable<Uuid>, user_id -> Nullable<Uuid>, assigned_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>, end_code -> Nullable<Text>, }
}
diesel::table! {
    acts (id) { id -> Uuid, seq -> BigInt, at -> Timestamptz, user_id -> Uuid, kind -> Text,
        delivery_id -> Nullable<Uuid>, courier_id -> Nullable<Uuid>, version -> BigInt,
        detail -> Jsonb, }
}
diesel::table! {
    automation (zone) { zone -> Text, automatic -> Bool, reason -> Nullable<Text>,
        changed_at -> Timestamptz, changed_by -> Uuid, }
}
diesel::table! {
    tours (id) { id -> Uuid, name -> Text, day -> Text, stops -> Array<Uuid>, version -> BigInt,
        changed_at -> Timestamptz, changed_by -> Uuid, removed_at -> Nullable<Timestamptz>, }
}
diesel::table! {
    ledger_accounts (id) { id -> Uuid, code -> Text, kind -> Text, owner_id -> Nullable<Uuid>,
        currency -> Text, seq -> BigInt, balance -> BigInt, head -> Bytea, }
}
diesel::table! {
    ledger_entries (id) { id -> Uuid, key -> Text, kind -> Text, occurred_at -> Timestamptz,
        recorded_at -> Timestamptz, reverses -> Nullable<Uuid>, detail -> Jsonb, }
}
diesel::table! {
    ledger_postings (account_id, seq) { entry_id -> Uuid, account_id -> Uuid, currency -> Text,
        seq -> BigInt, amount -> BigInt, previous -> BigInt, balance -> BigInt,
        canonical -> Bytea, hash -> Bytea, }
}
diesel::table! {
    ledger_keys (public_key) { public_key -> Bytea, sealed_key -> Bytea,
        created_at -> Timestamptz, }
}
diesel::table! {
    ledger_checkpoints (number) { number -> BigInt, issued_at -> Timestamptz, size -> BigInt,
        root -> Bytea, previous_root -> Bytea, public_key -> Bytea, signature -> Bytea, }
}
diesel::table! {
    ledger_leaves (account_id, checkpoint) { account_id -> Uuid, checkpoint -> BigInt,
        seq -> BigInt, head -> Bytea, }
}
diesel::table! {
    ledger_tariffs (hash) { hash -> Bytea, name -> Text, version -> Text, text -> Text,
        added_at -> Timestamptz, }
}
diesel::table! {
    ledger_pendings (id) { id -> Uuid, delivery_id -> Uuid, courier_id -> Uuid, amount -> BigInt,
        currency -> Text, tariff -> Bytea, approach_m -> BigInt, reserved_at -> Timestamptz,
        expires_at -> Timestamptz, }
}
diesel::table! {
    ledger_reversals (entry_id) { entry_id -> Uuid, courier_id -> Nullable<Uuid>, reason -> Text,
        asked_by -> Uuid, asked_at -> Timestamptz, agreed_by -> Nullable<Uuid>,
        agreed_at -> Nullable<Timestamptz>, }
}
diesel::table! {
    ledger_resolutions (pending_id) { pending_id -> Uuid, outcome -> Text,
        entry_id -> Nullable<Uuid>, resolved_at -> Timestamptz, }
}
diesel::table! {
    tips (delivery_id) { delivery_id -> Uuid, amount -> BigInt, currency -> Text,
        given_at -> Timestamptz, }
}
diesel::table! {
    ledger_credits (entry_id) { entry_id -> Uuid, of -> Uuid, reason -> Text, booked_by -> Uuid,
        booked_at -> Timestamptz, }
}
diesel::table! {
    payments (entry_id) { entry_id -> Uuid, merchant_id -> Uuid, bank_reference -> Text,
        recorded_by -> Uuid, recorded_at -> Timestamptz, }
}
diesel::table! {
    invoices (id) { id -> Uuid, year -> SmallInt, number -> Integer, merchant_id -> Uuid,
        corrects -> Nullable<Uuid>, period_from -> Nullable<Timestamptz>,
        period_to -> Timestamptz, issued_at -> Timestamptz, issued_by -> Uuid,
        due_at -> Timestamptz, currency -> Text, seller -> Text, buyer -> Text, terms -> Text,
        lines -> Integer, net -> BigInt, vat -> BigInt, }
}
diesel::table! {
    surpluses (year) { year -> SmallInt, booked_by -> Uuid, booked_at -> Timestamptz, }
}
diesel::table! {
    invoice_lines (invoice_id, position) { invoice_id -> Uuid, position -> Integer,
        entry_id -> Uuid, kind -> Text, delivery_id -> Nullable<Uuid>,
        occurred_at -> Timestamptz, vat_basis_points -> BigInt, vat -> BigInt,
        couriers -> BigInt, coop -> BigInt, mutual_fund -> BigInt, }
}
diesel::table! {
    outbox (id) { id -> Uuid, position -> BigInt, seq -> Nullable<BigInt>, kind -> Text, occurred_at -> Timestamptz,
        merchant_id -> Nullable<Uuid>, courier_id -> Nullable<Uuid>, payload -> Jsonb, }
}
diesel::table! {
    zones (name) { name -> Text, shape -> Jsonb, changed_at -> Timestamptz, }
}
diesel::table! {
    price_books (version) { version -> BigInt, merchant_id -> Nullable<Uuid>, book -> Jsonb,
        made_by -> Uuid, made_at -> Timestamptz, }
}
diesel::table! {
    delivery_prices (delivery_id) { delivery_id -> Uuid, version -> Text,
        vat_basis_points -> BigInt, }
}
diesel::table! {
    slot_plans (id) { id -> Uuid, merchant_id -> Nullable<Uuid>, plan -> Jsonb,
        created_at -> Timestamptz, }
}
diesel::table! {
    slots (plan_id, starts_at) { plan_id -> Uuid, starts_at -> Timestamptz, capacity -> Integer,
        booked -> Integer, }
}
diesel::table! {
    standing_orders (id) { id -> Uuid, merchant_id -> Uuid, terms -> Jsonb, made_at -> Timestamptz,
        version -> BigInt, since -> Timestamptz, paused -> Bool, paused_until -> Nullable<Text>,
        ended_at -> Nullable<Timestamptz>, looked_until -> Nullable<Text>,
        settled_until -> Nullable<Text>, }
}
diesel::table! {
    standing_days (standing_order_id, day) { standing_order_id -> Uuid, day -> Text,
        delivery_id -> Nullable<Uuid>, skip_code -> Nullable<Text>, skip_note -> Nullable<Text>,
        settled_at -> Timestamptz, }
}
diesel::table! {
    slot_bookings (delivery_id) { delivery_id -> Uuid, plan_id -> Uuid,
        starts_at -> Timestamptz, }
}
diesel::table! {
    imports (id) { id -> Uuid, merchant_id -> Uuid, header -> Array<Text>, dry_run -> Bool,
        made_at -> Timestamptz, }
}
diesel::table! {
    import_rows (import_id, line) { import_id -> Uuid, line -> Integer, cells -> Array<Text>,
        request -> Nullable<Jsonb>, state -> Text, faults -> Jsonb,
        delivery_id -> Nullable<Uuid>, }
}
diesel::table! {
    quotes (id) { id -> Uuid, merchant_id -> Uuid, request -> Jsonb, terms -> Jsonb,
        made_at -> Timestamptz, expires_at -> Timestamptz, delivery_id -> Nullable<Uuid>, }
}
diesel::table! {
    webhooks (id) { id -> Uuid, merchant_id -> Uuid, url -> Text, kinds -> Array<Text>,
        sealed_secret -> Bytea, sealed_secret_before -> Nullable<Bytea>,
        before_until -> Nullable<Timestamptz>, disabled_reason -> Nullable<Text>,
        failures -> Integer, failing_since -> Nullable<Timestamptz>, rests_until -> Timestamptz,
        created_at -> Timestamptz, }
}
diesel::table! {
    webhook_messages (id) { id -> Uuid, webhook_id -> Uuid, kind -> Text,
        event_seq -> Nullable<BigInt>, resource_id -> Uuid, position -> BigInt, body -> Text,
        state -> Text, attempts -> Integer, due_at -> Timestamptz,
        claimed_until -> Nullable<Timestamptz>, made_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>, }
}
diesel::table! {
    webhook_attempts (message_id, number) { message_id -> Uuid, number -> Integer,
        at -> Timestamptz, took_ms -> BigInt, status -> Nullable<Integer>,
        error -> Nullable<Text>, }
}
diesel::table! {
    webhook_cursor (only_one) { only_one -> Bool, seq -> BigInt, }
}
diesel::table! {
    phones (id) { id -> Uuid, courier_id -> Uuid, next_seq -> BigInt, heard_at -> Timestamptz, }
}
diesel::table! {
    phone_events (id) { id -> Uuid, phone_id -> Uuid, seq -> BigInt, happened_at -> Timestamptz,
        heard_at -> Timestamptz, act -> Jsonb, outcome -> Text, code -> Nullable<Text>,
        detail -> Nullable<Text>, }
}
// Nothing tells two rows of it apart; diesel wants a key.
diesel::table! {
    traces (courier_id, from_at) { courier_id -> Uuid, from_at -> Timestamptz, to_at -> Timestamptz,
        after_ms -> Array<Integer>, lat_e6 -> Array<Integer>, lng_e6 -> Array<Integer>,
        accuracy_m -> Array<Nullable<Integer>>, }
}

diesel::table! {
    proofs (id) { id -> Uuid, task_id -> Uuid, courier_id -> Uuid, kind -> Text,
        taken_at -> Timestamptz, received_at -> Timestamptz, sha256 -> Bytea, width -> Integer,
        height -> Integer, }
}
diesel::table! {
    suspensions (id) { id -> Uuid, courier_id -> Uuid, decided_by -> Uuid, decided_at -> Timestamptz,
        reason -> Text, safety -> Bool, begins_at -> Timestamptz, ends_at -> Nullable<Timestamptz>,
        lifted_at -> Nullable<Timestamptz>, lifted_by -> Nullable<Uuid>, }
}
diesel::table! {
    reviews (id) { id -> Uuid, courier_id -> Uuid, about -> Jsonb, question -> Text,
        opened_at -> Timestamptz, due_at -> Timestamptz, answered_at -> Nullable<Timestamptz>,
        answered_by -> Nullable<Uuid>, outcome -> Nullable<Text>, reasons -> Nullable<Text>,
        correction -> Nullable<Text>, }
}
diesel::table! {
    bank_accounts (courier_id) { courier_id -> Uuid, sealed_iban -> Bytea,
        changed_at -> Timestamptz, }
}
diesel::table! {
    rule_versions (id) { id -> BigInt, rule -> Text, announced_at -> Timestamptz,
        since -> Timestamptz, version -> Text, says -> Text, }
}
diesel::table! {
    push_phones (address_sha256) { address_sha256 -> Bytea, courier_id -> Uuid, sealed -> Bytea,
        language -> Text, since -> Timestamptz, }
}
diesel::table! {
    push_cursor (one) { one -> Bool, seq -> BigInt, }
}
diesel::table! {
    expenses (id) { id -> Uuid, courier_id -> Uuid, day -> Text, category -> Text,
        amount -> BigInt, currency -> Text, note -> Text, receipt_sha256 -> Nullable<Bytea>,
        handed_in_at -> Timestamptz, answered_at -> Nullable<Timestamptz>,
        answered_by -> Nullable<Uuid>, allowed -> Nullable<BigInt>, reason -> Nullable<Text>, }
}
diesel::table! {
    notices (id) { id -> Uuid, task_id -> Uuid, occasion -> Text, channel -> Text, state -> Text,
        made_at -> Timestamptz, due_at -> Timestamptz, claimed_until -> Nullable<Timestamptz>,
        attempts -> Integer, ended_at -> Nullable<Timestamptz>, error -> Nullable<Text>, }
}
diesel::table! {
    notice_cursor (one) { one -> Bool, seq -> BigInt, }
}
diesel::table! {
    pay_runs (id) { id -> Uuid, made_by -> Uuid, made_at -> Timestamptz, execute_on -> Text,
        from_name -> Text, from_iban -> Text, state -> Text, ended_by -> Nullable<Uuid>,
        ended_at -> Nullable<Timestamptz>, }
}
diesel::table! {
    pay_run_transfers (run_id, courier_id) { run_id -> Uuid, courier_id -> Uuid,
        number -> Integer, name -> Text, sealed_iban -> Nullable<Bytea>, pay -> BigInt,
        tips -> BigInt, expenses -> BigInt, refund -> BigInt, state -> Text,
        failed_reason -> Nullable<Text>, failed_by -> Nullable<Uuid>,
        failed_at -> Nullable<Timestamptz>, }
}

diesel::joinable!(webhook_messages -> webhooks (webhook_id));
diesel::joinable!(proofs -> tasks (task_id));
diesel::joinable!(incident_comments -> users (user_id));
diesel::joinable!(incident_pictures -> incidents (incident_id));
diesel::joinable!(tasks -> deliveries (delivery_id));
diesel::joinable!(deliveries -> merchants (merchant_id));
diesel::joinable!(offer_deliveries -> offers (offer_id));
diesel::joinable!(decision_deliveries -> decisions (decision_id));
diesel::joinable!(ledger_postings -> ledger_entries (entry_id));
diesel::joinable!(ledger_postings -> ledger_accounts (account_id));
diesel::joinable!(users -> couriers (courier_id));
diesel::joinable!(assignments -> deliveries (delivery_id));
diesel::joinable!(acts -> users (user_id));
diesel::joinable!(automation -> users (changed_by));
diesel::joinable!(tours -> users (changed_by));

diesel::allow_tables_to_appear_in_same_query!(incidents, incident_pictures);
diesel::allow_tables_to_appear_in_same_query!(incident_comments, users);
diesel::allow_tables_to_appear_in_same_query!(
    notices,
    proofs,
    merchants,
    couriers,
    users,
    deliveries,
    tasks,
    shifts,
    openings,
    opening_waits,
    shift_swaps,
    shift_corrections,
    shift_correction_verdicts,
    shifts_gone,
    calendar_links,
    availability,
    days_off,
    decisions,
    decision_deliveries,
    offers,
    offer_deliveries,
    assignments,
    acts,
    automation,
    tours,
    ledger_accounts,
    ledger_entries,
    ledger_postings,
    webhooks,
    webhook_messages,
);
