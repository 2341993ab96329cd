// What happens on the phone: acts are kept first and sent when there is a network, in their order.
import { ApiError } from "../api/problem";
import { openStream, type Stream } from "../api/stream";
import type { RouteStop, Shift, User } from "../api/types";
import type { Vehicle } from "../api/vehicles";
import { api } from "./api";
import { freshId } from "./ids";
import { lastStep, type Act, type LastStep } from "./journal";
import { EMPTY, type Draft } from "./parcels";
import { Storage, type KeptIncident, type ProofFile } from "./storage";
import { coopNow, current, today, update, type ClockAnchor, type OpenList, type Said, type State } from "./state";
import { t, type Key } from "./words";

const BATCH_MAX = 100;
const SETTLE_MS = 250;
/** Without a stream, what changed is asked for. */
const POLL_MS = 15_000;
const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 20_000;
const DAY_MS = 86_400_000;
const NOTICE_MS = 8_000;
/** Answers to a picture that stay the same however often it is sent. */
const LOST = [404, 409, 413, 415, 422];

let storage: Storage | null = null;
let stream: Stream | null = null;
let phone = "";
let timers: ReturnType<typeof setInterval>[] = [];

// --- telling the person ---------------------------------------------------------------------------

let lastNotice = 0;

export function notify(tone: "good" | "bad", text: string): void {
  const id = (lastNotice += 1);
  update({ notices: [...current().notices.slice(-2), { id, tone, text }] });
  setTimeout(() => dismiss(id), NOTICE_MS);
}

export function dismiss(id: number): void {
  update({ notices: current().notices.filter((notice) => notice.id !== id) });
}

export function said(error: unknown): string {
  if (error instanceof ApiError) {
    if (error.isOutage) return t("error.outage");
    const key = `refused.${error.problem.code}` as Key;
    const text = t(key);
    return text === key ? error.message : text;
  }
  return String(error);
}

// --- acting ---------------------------------------------------------------------------------------

/** Keeps what the courier did, shows it, and sends it when it can. */
export async function act(what: Act, back?: RouteStop[]): Promise<void> {
  if (!storage) return;
  const now = coopNow();
  const at = new Date(now).toISOString();
  const step = lastStep(today(), what, at);
  const event = await storage.add({ id: freshId("pev", Math.floor(now)), at, act: what, ...(back ? { back } : {}) });
  const last = step === undefined ? current().last : step;
  update({ events: [...current().events, event], last });
  await storage.keep("last", last);
  navigator.vibrate?.(30);
  void flush();
}

/** Begins a shift on one of the co-op's vehicles, or on the own, and remembers on which. */
export async function startOn(vehicle: string): Promise<void> {
  update({ vehicle });
  await storage?.keep("vehicle", vehicle);
  await act({ kind: "shift_started", ...(vehicle ? { vehicle_id: vehicle } : {}) });
}

/** Keeps a picture for a stop, and sends it when it can. */
export async function attach(
  task_id: string, kind: ProofFile["kind"], picture: Blob,
): Promise<void> {
  if (!storage) return;
  const now = Math.floor(coopNow());
  const at = new Date(now).toISOString();
  const id = freshId("prf", now);
  await storage.addFile({ id, task_id, kind, at, picture });
  const { pictures } = current().drafts[task_id] ?? EMPTY;
  draft(task_id, { pictures: [...pictures, { id, kind }] });
  update({ waitingFiles: await storage.countFiles() });
  void flush();
}

/** Keeps what has been gathered for a stop until it is done. */
export function draft(task_id: string, change: Partial<Draft>): void {
  const { drafts } = current();
  const changed = { ...drafts, [task_id]: { ...(drafts[task_id] ?? EMPTY), ...change } };
  update({ drafts: changed });
  void storage?.keep("drafts", changed);
}

/** Keeps what went wrong, with its pictures, and tells it when it can. */
export async function tellIncident(told: Pick<KeptIncident, "kind" | "text" | "task_id">, pictures: Blob[]): Promise<void> {
  if (!storage) return;
  const now = Math.floor(coopNow());
  const id = freshId("inc", now);
  const kept = pictures.map((picture) => ({ id: freshId("ipi", now), incident_id: id, picture }));
  await storage.addIncident({ id, ...told, at: new Date(now).toISOString() }, kept);
  update({ waitingFiles: await storage.countFiles() });
  void flush();
}

/** Answers an offer; this needs the server, because only one courier can have it. */
export async function answer(id: string, how: "accept" | "decline"): Promise<void> {
  try {
    await api[how](id);
    if (how === "decline") update({ passed: "declined" });
  } catch (error) {
    const gone = error instanceof ApiError && error.problem.code === "offer-gone";
    if (gone) update({ passed: "gone" });
    else notify("bad", said(error));
  }
  await load();
}

/** Takes a job from the open list; the first to take it has it. */
export async function take(id: string): Promise<void> {
  try {
    await api.take(id);
    notify("good", t("open.taken"));
  } catch (error) {
    notify("bad", said(error));
  }
  await load();
}

// --- sending --------------------------------------------------------------------------------------

let flushing = false;
let again = false;
let attempt = 0;
let retry: ReturnType<typeof setTimeout> | undefined;

/** Sends what waits, the oldest first. One at a time; what came meanwhile is sent after. */
export async function flush(): Promise<void> {
  if (!storage) return;
  if (flushing) {
    again = true;
    return;
  }
  flushing = true;
  clearTimeout(retry);
  try {
    do {
      again = false;
      await sendEvents(storage);
      await sendIncidents(storage);
      await sendFixes(storage);
      await sendFiles(storage);
    } while (again);
    attempt = 0;
    setOnline(true);
  } catch (error) {
    if (!(error instanceof ApiError) || error.isOutage) setOnline(false);
    const wait = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** attempt);
    attempt += 1;
    retry = setTimeout(() => void flush(), wait / 2 + (Math.random() * wait) / 2);
  } finally {
    flushing = false;
  }
}

async function sendEvents(from: Storage): Promise<void> {
  for (;;) {
    const batch = (await from.events()).slice(0, BATCH_MAX);
    if (batch.length === 0) return;
    const told = batch.map(({ id, seq, at, act }) => ({ id, seq, at, act }));
    const { results } = await api.sendEvents(phone, told);
    const settled = new Set<string>();
    for (const { id, outcome, code, detail } of results) {
      if (outcome === "waiting") continue;
      settled.add(id);
      if (outcome === "refused" || code) notify("bad", refusal(code, detail));
    }
    await from.dropEvents(batch.filter(({ id }) => settled.has(id)).map(({ seq }) => seq));
    // The server's own word replaces ours in one go: nothing flickers.
    await load(settled);
    if (settled.size === 0) return;
  }
}

function refusal(code: string | undefined, detail: string | undefined): string {
  const key = `refused.${code}` as Key;
  const text = t(key);
  return text === key ? (detail ?? "") : text;
}

async function sendFixes(from: Storage): Promise<void> {
  for (;;) {
    const fixes = await from.fixes(BATCH_MAX);
    if (fixes.length === 0) break;
    await api.sendFixes(fixes);
    await from.dropFixes(fixes.map(({ at }) => at));
    if (current().openList === "unseen") void load();
  }
  update({ waitingFixes: await from.countFixes() });
}

/** What went wrong, before its pictures. */
async function sendIncidents(from: Storage): Promise<void> {
  for (;;) {
    const incident = await from.nextIncident();
    if (!incident) return;
    try {
      await api.tellIncident(incident);
    } catch (error) {
      if (!(error instanceof ApiError) || !LOST.includes(error.status)) throw error;
      notify("bad", said(error));
    }
    await from.dropIncident(incident.id);
    update({ waitingFiles: await from.countFiles() });
  }
}

/** Pictures, one at a time; one that the server refuses for good is told and let go. */
async function sendFiles(from: Storage): Promise<void> {
  for (;;) {
    const file = await from.nextFile();
    update({ waitingFiles: await from.countFiles() });
    if (!file) return;
    try {
      await api.sendFile(file);
    } catch (error) {
      if (!(error instanceof ApiError) || !LOST.includes(error.status)) throw error;
      notify("bad", said(error));
    }
    await from.dropFile(file.id);
  }
}

export function setOnline(online: boolean): void {
  if (current().online !== online) update({ online });
}

// --- being told -----------------------------------------------------------------------------------

let loading: Promise<void> | null = null;

/** Asks for the whole day anew; `settled` events are in it already. */
export async function load(settled: ReadonlySet<string> = new Set()): Promise<void> {
  if (settled.size === 0 && loading) return loading;
  const run = readDay(settled).finally(() => (loading = null));
  loading = run;
  return run;
}

async function readDay(settled: ReadonlySet<string>): Promise<void> {
  const clock = await api.clock();
  const anchor: ClockAnchor = { coop: Date.parse(clock.now), phone: Date.now(), speed: clock.speed };
  const midnight = new Date(coopNow(anchor));
  midnight.setHours(0, 0, 0, 0);
  const [shifts, offers, route, pay] = await Promise.all([
    api.shifts(), api.offers(), api.route(), api.pay(midnight.toISOString()),
  ]);
  const zone = current().zone ?? (await api.rules()).coop.time_zone;
  const shift = shifts.items.find(({ state }) => state === "open") ?? null;
  const horizon = coopNow(anchor) + 14 * DAY_MS;
  const planned = shifts.items.filter(({ state, from }) =>
    state === "planned" && from !== undefined && Date.parse(from) < horizon);
  const undoMs = route.undo_s * 1000;
  const vehicles = await readVehicles(shift);
  const fresh: Said = { shift, stops: route.stops, offers: offers.items, pay, planned, undoMs, vehicles };
  const openList = await readOpenList(shift);
  announce(fresh);
  const events = current().events.filter(({ id }) => !settled.has(id));
  const ahead = Object.entries(current().drafts).filter(([task]) =>
    route.stops.some(({ task_id }) => task_id === task));
  const drafts = Object.fromEntries(ahead);
  update({ said: fresh, openList, clock: anchor, zone, events, drafts, online: true });
  await storage?.keep("drafts", drafts);
  await storage?.keep("said", fresh);
  await storage?.keep("clock", anchor);
  await storage?.keep("zone", zone);
}

/** What can be chosen for a shift; during one, its name is all that is needed. */
async function readVehicles(shift: Shift | null): Promise<Vehicle[]> {
  const known = current().said?.vehicles ?? [];
  const isNamed = shift && (!shift.vehicle_id || known.some(({ id }) => id === shift.vehicle_id));
  return isNamed ? known : (await api.vehicles()).items;
}

/** Whether the co-op has voted for an open list; asked for once a connection. */
let hasOpenList: boolean | null = null;

async function readOpenList(shift: Shift | null): Promise<OpenList> {
  if (!shift) return null;
  hasOpenList ??= (await api.rules()).dispatch.policy.assignment.mode === "open_list";
  if (!hasOpenList) return null;
  try {
    return (await api.openList()).items;
  } catch (error) {
    const code = error instanceof ApiError ? error.problem.code : "";
    if (code === "rule") return "unseen";
    if (code === "off-shift" || code === "on-break" || code === "not-open-list") return null;
    throw error;
  }
}

/** A new offer is felt; one that is gone is explained. */
function announce(fresh: Said): void {
  const before = current().said?.offers ?? [];
  const shown = before.find(({ id }) => !fresh.offers.some((offer) => offer.id === id));
  if (fresh.offers.some(({ id }) => !before.some((offer) => offer.id === id))) {
    update({ passed: null });
    navigator.vibrate?.([200, 100, 200]);
  } else if (shown && current().passed === null) {
    const taken = fresh.stops.some(({ delivery_id }) =>
      shown.deliveries.some(({ id }) => id === delivery_id));
    if (!taken) update({ passed: coopNow() >= Date.parse(shown.expires_at) ? "expired" : "gone" });
  }
}

// --- beginning and ending -------------------------------------------------------------------------

/** Opens the day of somebody who is logged in; without a network, as it was. */
export async function begin(user: User): Promise<void> {
  if (storage) return;
  storage = await Storage.open(user.id);
  phone = await storage.phone(() => freshId("pho", Date.now()));
  void navigator.storage?.persist?.();
  const [events, kept, clock, zone, drafts, waitingFixes, waitingFiles, last, vehicle] = await Promise.all([
    storage.events(), storage.kept<Said>("said"), storage.kept<ClockAnchor>("clock"), storage.kept<string>("zone"),
    storage.kept<State["drafts"]>("drafts"), storage.countFixes(), storage.countFiles(),
    storage.kept<LastStep | null>("last"), storage.kept<string>("vehicle"),
  ]);
  update({
    user, known: true, events, said: kept ?? null, clock: clock ?? null, zone: zone ?? null, drafts: drafts ?? {},
    waitingFixes, waitingFiles, last: last ?? null, vehicle: vehicle ?? "",
  });
  let settle: ReturnType<typeof setTimeout> | undefined;
  const soon = () => {
    clearTimeout(settle);
    settle = setTimeout(() => void refresh(), SETTLE_MS);
  };
  stream = openStream("", {
    onFrame: ({ event }) => event !== "positions" && soon(),
    onUp: () => {
      attempt = 0;
      hasOpenList = null; // The server may have come back under other rules.
      soon();
    },
    onDown: () => setOnline(false),
  });
  timers = [
    setInterval(soon, POLL_MS),
    setInterval(() => update({ now: coopNow() }), 500),
  ];
  await refresh();
}

async function refresh(): Promise<void> {
  await flush();
  await load().catch((error) => {
    if (error instanceof ApiError && error.isOutage) setOnline(false);
  });
}

export function end(): void {
  stream?.close();
  for (const timer of timers) clearInterval(timer);
  clearTimeout(retry);
  storage?.close();
  storage = null;
  update({
    user: null, said: null, openList: null, events: [], drafts: {}, here: null, waitingFixes: 0, waitingFiles: 0, last: null,
    vehicle: "",
  });
}

/** A fix is kept like an event, while a shift is open, and not during a break. */
export async function keepFix(at: number, coords: GeolocationCoordinates): Promise<void> {
  const { shift } = today();
  if (!storage || !shift || shift.paused_at) return;
  await storage.addFix({
    at: new Date(at).toISOString(),
    latitude: coords.latitude,
    longitude: coords.longitude,
    accuracy_m: Math.round(coords.accuracy),
  });
  const { latitude, longitude } = coords;
  update({ waitingFixes: await storage.countFixes(), here: { latitude, longitude } });
  void flush();
}

window.addEventListener("online", () => {
  attempt = 0;
  void refresh();
});
window.addEventListener("offline", () => setOnline(false));
