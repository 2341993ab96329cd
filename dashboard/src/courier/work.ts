// What happens on the phone: acts are kept first and sent when there is a network, in their order.
import { ApiError } from "../api/problem";
import { openStream, type Stream } from "../api/stream";
import type { Shift, User } from "../api/types";
import { api } from "./api";
import { freshId } from "./ids";
import type { Act } from "./journal";
import { Storage, type ProofFile } from "./storage";
import { coopNow, current, today, update, type ClockAnchor, type OpenList, type Said } from "./state";
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
export async function act(what: Act): Promise<void> {
  if (!storage) return;
  const now = coopNow();
  const at = new Date(now).toISOString();
  const event = await storage.add({ id: freshId("pev", Math.floor(now)), at, act: what });
  update({ events: [...current().events, event] });
  navigator.vibrate?.(30);
  void flush();
}

/** Keeps a picture for a stop, and sends it when it can. */
export async function attach(
  task_id: string, kind: ProofFile["kind"], picture: Blob,
): Promise<void> {
  if (!storage) return;
  const now = Math.floor(coopNow());
  const at = new Date(now).toISOString();
  await storage.addFile({ id: freshId("prf", now), task_id, kind, at, picture });
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
    const { results } = await api.sendEvents(phone, batch);
    const settled = new Set<string>();
    for (const { id, outcome, code, detail } of results) {
      if (outcome === "waiting") continue;
      settled.add(id);
      if (outcome === "refused") notify("bad", refusal(code, detail));
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
  const fresh: Said = { shift, stops: route.stops, offers: offers.items, pay, planned };
  const openList = await readOpenList(shift);
  announce(fresh);
  const events = current().events.filter(({ id }) => !settled.has(id));
  update({ said: fresh, openList, clock: anchor, zone, events, online: true });
  await storage?.keep("said", fresh);
  await storage?.keep("clock", anchor);
  await storage?.keep("zone", zone);
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
  const [events, kept, clock, zone, waitingFixes, waitingFiles] = await Promise.all([
    storage.events(), storage.kept<Said>("said"), storage.kept<ClockAnchor>("clock"),
    storage.kept<string>("zone"), storage.countFixes(), storage.countFiles(),
  ]);
  update({
    user, known: true, events, said: kept ?? null, clock: clock ?? null, zone: zone ?? null, waitingFixes,
    waitingFiles,
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
  update({ user: null, said: null, openList: null, events: [], waitingFixes: 0, waitingFiles: 0 });
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
  update({ waitingFixes: await storage.countFixes() });
  void flush();
}

window.addEventListener("online", () => {
  attempt = 0;
  void refresh();
});
window.addEventListener("offline", () => setOnline(false));
