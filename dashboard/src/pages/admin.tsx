import { useEffect, useState } from "preact/hooks";
import { api } from "../api/http";
import type { Member } from "../api/office-types";
import type { Merchant, Role } from "../api/types";
import { VEHICLE_KINDS } from "../api/vehicles";
import { t } from "../i18n";
import { notifyError, notifyGood } from "../store/actions";
import { GIVEN_ROLES } from "../store/members";
import { CourierSkills } from "./courier-skills";
import { Hubs } from "./hubs";
import { Members } from "./members";
import { PageFrame } from "./page-frame";
import { Prices } from "./prices";
import { Settings } from "./settings";
import { SlotPlans } from "./slots";
import { Vehicles } from "./vehicles";
import { Zones } from "./zones";

const KINDS = ["restaurant", "shop", "producer"] as const;

/** Who takes part, and what is charged where: members, couriers, vehicles, merchants, slots, zones, prices. */
export function AdminPage() {
  const [users, setUsers] = useState<Member[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [merchants, setMerchants] = useState<Merchant[]>([]);
  const loadUsers = async (cursor?: string) => {
    const page = await api.users(cursor);
    setUsers((before) => (cursor ? [...(before ?? []), ...page.items] : page.items));
    setNext(page.next_cursor ?? null);
  };
  const loadMerchants = async () => setMerchants((await api.merchants()).items);
  useEffect(() => {
    loadUsers().catch(notifyError);
    loadMerchants().catch(notifyError);
  }, []);
  const shops = new Map(merchants.map(({ id, name }) => [id, name]));
  return (
    <PageFrame ready={users !== null} office>
      <main class="sheet admin">
        <section aria-labelledby="members">
          <h1 id="members">{t("admin.members")}</h1>
          <Members users={users ?? []} shops={shops} onChanged={(member) =>
            setUsers((before) => before?.map((one) => (one.id === member.id ? member : one)) ?? null)} />
          {next && <button type="button" onClick={() => void loadUsers(next).catch(notifyError)}>{t("log.more")}</button>}
        </section>
        <div class="forms">
          <NewUser merchants={merchants} onMade={() => void loadUsers().catch(notifyError)} />
          <NewCourier onMade={() => void loadUsers().catch(notifyError)} />
        </div>
        <section aria-labelledby="merchants">
          <h2 id="merchants">{t("admin.merchants")}</h2>
          <ul class="cards">
            {merchants.map((merchant) => <Shop key={merchant.id} merchant={merchant} />)}
          </ul>
        </section>
        <div class="forms"><NewMerchant onMade={() => void loadMerchants().catch(notifyError)} /></div>
        <div class="whole"><CourierSkills /></div>
        <Vehicles />
        <section class="whole" aria-labelledby="slots">
          <h2 id="slots">{t("slots.title")}</h2>
          <SlotPlans merchants={merchants} />
        </section>
        <div class="whole">
          <h2>{t("admin.zones")}</h2>
          <Zones />
        </div>
        <section class="whole" aria-labelledby="hubs">
          <h2 id="hubs">{t("hubs.title")}</h2>
          <Hubs />
        </section>
        <section class="whole" aria-labelledby="prices">
          <h2 id="prices">{t("admin.prices")}</h2>
          {merchants.length > 0 && <Prices merchants={merchants} />}
        </section>
        <section class="whole" aria-labelledby="settings">
          <h2 id="settings">{t("settings.title")}</h2>
          <Settings />
        </section>
      </main>
    </PageFrame>
  );
}

/** Credentials for the merchant's own program: the secret is shown now and never again. */
function Shop({ merchant }: { merchant: Merchant }) {
  const [made, setMade] = useState<{ client_id: string; client_secret: string } | null>(null);
  const make = () => api.createClient(merchant.id, merchant.name).then(setMade, notifyError);
  return (
    <li class="card" data-merchant={merchant.id}>
      <b>{merchant.name}</b> <small>{t(`admin.kind.${kindOf(merchant.kind)}`)} · {merchant.address}</small>
      {!made && <button type="button" onClick={() => void make()}
        aria-label={t("admin.client.label", { name: merchant.name })}>{t("admin.client")}</button>}
      {made && <div role="status" class="secret">
        <p>{t("admin.client.once")}</p>
        <dl><dt>client_id</dt><dd><code>{made.client_id}</code> <Copy what="client_id" text={made.client_id} /></dd>
          <dt>client_secret</dt><dd><code data-secret="">{made.client_secret}</code> <Copy what="client_secret" text={made.client_secret} /></dd></dl>
        <button type="button" onClick={() => setMade(null)}>{t("admin.client.kept")}</button>
      </div>}
    </li>
  );
}

/** Copies a text; where the browser does not let it, says that it has to be marked by hand. */
function Copy({ what, text }: { what: string; text: string }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text); // Missing on plain http outside localhost.
      notifyGood(t("admin.copied", { what }));
    } catch {
      notifyError(t("admin.copy.not"));
    }
  };
  return <button type="button" data-copy={what} aria-label={t("admin.copy.label", { what })} onClick={() => void copy()}>{t("admin.copy")}</button>;
}

const kindOf = (kind: string) => KINDS.find((known) => known === kind) ?? "shop";

interface FormProps {
  id: string;
  title: string;
  /** Sends what was filled in; the form is emptied afterwards. */
  send: (text: (name: string) => string, form: FormData) => Promise<unknown>;
  onMade: () => void;
  children: preact.ComponentChildren;
}

function Form({ id, title, send, onMade, children }: FormProps) {
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const data = new FormData(form);
    setBusy(true);
    try {
      await send((name) => String(data.get(name) ?? "").trim(), data);
      form.reset();
      notifyGood(t("admin.made"));
      onMade();
    } catch (error) {
      notifyError(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="card fields" aria-labelledby={id} data-form={id} onSubmit={(event) => void submit(event)}>
      <h2 id={id}>{title}</h2>
      {children}
      <button type="submit" class="primary" disabled={busy}>{t("admin.make")}</button>
    </form>
  );
}

/** Name, address and a first password, as everybody needs them who logs in. */
function LoginFields() {
  return (
    <>
      <label>{t("admin.name")}<input name="name" required maxLength={200} autocomplete="off" /></label>
      <label>{t("login.email")}<input name="email" type="email" required autocomplete="off" /></label>
      <label>{t("admin.password")}
        <input name="password" type="password" required minLength={10} maxLength={200} autocomplete="new-password" /></label>
    </>
  );
}

const loginOf = (text: (name: string) => string) =>
  ({ name: text("name"), email: text("email"), password: text("password") });

function NewUser({ merchants, onMade }: { merchants: readonly Merchant[]; onMade: () => void }) {
  return (
    <Form id="new-user" title={t("admin.new_user")} onMade={onMade} send={(text, form) => {
      const merchant_id = text("merchant_id");
      const roles = form.getAll("roles").map(String) as Role[];
      return api.createUser({
        ...loginOf(text), roles: merchant_id ? [...roles, "merchant"] : roles,
        ...(merchant_id ? { merchant_id } : {}),
      });
    }}>
      <LoginFields />
      <fieldset class="bare"><legend>{t("admin.roles")}</legend>
        {GIVEN_ROLES.map((role) => <label key={role} class="tick">
          <input type="checkbox" name="roles" value={role} /> {t(`role.${role}`)}</label>)}
      </fieldset>
      <label>{t("admin.of_merchant")}
        <select name="merchant_id"><option value="">{t("admin.no_merchant")}</option>
          {merchants.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}</select></label>
    </Form>
  );
}

function NewCourier({ onMade }: { onMade: () => void }) {
  return (
    <Form id="new-courier" title={t("admin.new_courier")} onMade={onMade}
      send={(text) => api.createCourier({ ...loginOf(text), vehicle: text("vehicle") })}>
      <LoginFields />
      <label>{t("admin.vehicle")}
        <select name="vehicle">{VEHICLE_KINDS.map((kind) =>
          <option key={kind} value={kind}>{t(`admin.vehicle.${kind}`)}</option>)}</select></label>
    </Form>
  );
}

function NewMerchant({ onMade }: { onMade: () => void }) {
  return (
    <Form id="new-merchant" title={t("admin.new_merchant")} onMade={onMade} send={(text) => api.createMerchant({
      name: text("name"), kind: text("kind"), address: text("address"),
      place: { latitude: Number(text("latitude")), longitude: Number(text("longitude")) },
    })}>
      <label>{t("admin.name")}<input name="name" required maxLength={200} autocomplete="off" /></label>
      <label>{t("admin.kind")}<select name="kind">{KINDS.map((kind) =>
        <option key={kind} value={kind}>{t(`admin.kind.${kind}`)}</option>)}</select></label>
      <label>{t("shop.address")}<input name="address" required maxLength={500} autocomplete="off" /></label>
      <div class="pair">
        <label>{t("admin.latitude")}<input name="latitude" type="number" step="any" min="-90" max="90" required /></label>
        <label>{t("admin.longitude")}<input name="longitude" type="number" step="any" min="-180" max="180" required /></label>
      </div>
    </Form>
  );
}
