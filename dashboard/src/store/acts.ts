// What a dispatcher does to deliveries and routes: on the screen at once, then as the server says.
import { api } from "../api/http";
import { ApiError } from "../api/problem";
import type { ReturnCode } from "../api/return";
import type { Act, ActIn, ActResult, Advice, Delivery } from "../api/types";
import { deliveryCount, t, type Key } from "../i18n";
import { notify, notifyError } from "./actions";
import { simulatedNow } from "./clock";
import { shortId } from "./derive";
import { Own } from "./own";
import { inverse, predict } from "./predict";
import { applyEvents } from "./reduce";
import type { BoardState, State } from "./state";
import { current, update } from "./store";

/** The server takes this many in one call. */
const ACTS_PER_CALL = 200;
const UNDO_MAX = 50;
/** Refusals that are told one by one; the rest is counted. */
const TOLD_MAX = 3;

type Undo =
  | { kind: "acts"; acts: ActIn[] }
  | { kind: "route"; courier: string; version: number; tasks: readonly string[] }
  /** Gives whether it could be taken back; why not, it says itself. */
  | { kind: "run"; run: () => Promise<boolean> };

const undos: Undo[] = [];

/** What the next act is about: all that is marked, else what is selected. */
export function targets({ marked, selected }: State): string[] {
  if (marked.size > 0) return [...marked];
  return selected?.kind === "delivery" ? [selected.id] : [];
}

function adoptAll(deliveries: readonly Delivery[]): void {
  const events = deliveries.map((delivery) => ({ kind: "delivery", delivery }) as const);
  update(({ board }) => (board ? { board: applyEvents(board, events) } : {}));
}

/** Does one thing to several deliveries; each is done or refused for itself. Gives how many were. */
export async function perform(
  ids: readonly string[],
  actOn: (delivery: Delivery) => Act | null,
  done: string,
): Promise<number> {
  const { board, clock } = current();
  if (!board) return 0;
  const wanted: { before: Delivery; act: Act }[] = [];
  for (const id of ids) {
    const before = board.deliveries.get(id);
    const act = before && actOn(before);
    if (before && act) wanted.push({ before, act });
  }
  if (wanted.length === 0) return 0;
  const nameOf = (courier: string) => board.couriers.get(courier)?.name ?? shortId(courier);
  const guessed = wanted.map(({ before, act }) => predict(before, act, nameOf, simulatedNow(clock)));
  adoptAll(guessed);
  return inTurn(async () => {
    const acts = wanted.map(({ before, act }) =>
      ({ delivery_id: before.id, version: seenVersion(before), act }));
    const results = await send(acts, (unsent) => {
      // Nothing is known of these: what was guessed is taken off the screen.
      const from = acts.length - unsent;
      putBack(wanted.slice(from).map(({ before }) => before), guessed.slice(from));
    });
    return conclude(results, wanted, done);
  });
}

let turn: Promise<unknown> = Promise.resolve();

/** One act after the other, so that the second one can know what the first one led to. */
export function inTurn<T>(run: () => Promise<T>): Promise<T> {
  const mine = turn.then(run);
  turn = mine.catch(() => {});
  return mine;
}

const own = new Own();

function noteOwn(results: readonly ActResult[]): void {
  for (const { status, delivery } of results) {
    if (status === 200 && delivery) own.note(delivery.id, delivery.version);
  }
}

/** The version that was seen; what our own act has made of it since is no news to us. */
function seenVersion({ id, version }: Delivery): number {
  return own.since(id, version, current().board?.deliveries.get(id)?.version);
}

/** The way back from where the deliveries are now, as far as they have come there by our own acts. */
function asSeen(acts: readonly ActIn[]): ActIn[] {
  const first = new Map<string, number>();
  return acts.map((act) => {
    const { delivery_id: id, version } = act;
    if (version === undefined) return act;
    const begun = first.get(id) ?? version;
    first.set(id, begun);
    const now = own.since(id, begun, current().board?.deliveries.get(id)?.version);
    return { ...act, version: version + now - begun };
  });
}

/** Sends the acts in calls of a size that the server takes. After an outage, the rest is unsent. */
async function send(acts: ActIn[], onUnsent: (count: number) => void): Promise<ActResult[]> {
  const results: ActResult[] = [];
  while (results.length < acts.length) {
    try {
      const part = acts.slice(results.length, results.length + ACTS_PER_CALL);
      const answer = await api.acts(part);
      noteOwn(answer.results);
      results.push(...answer.results);
    } catch (error) {
      notifyError(error);
      onUnsent(acts.length - results.length);
      break;
    }
  }
  adoptAll(results.flatMap(({ delivery }) => (delivery ? [delivery] : [])));
  return results;
}

/** Undoes guesses, but not what the server has told since. */
function putBack(before: readonly Delivery[], guessed: readonly Delivery[]): void {
  update(({ board }) => {
    if (!board) return {};
    const deliveries = new Map(board.deliveries);
    before.forEach((delivery, index) => {
      const version = deliveries.get(delivery.id)?.version;
      if (version === guessed[index]?.version) deliveries.set(delivery.id, delivery);
    });
    return { board: { ...board, deliveries } };
  });
}

function conclude(
  results: readonly ActResult[],
  wanted: readonly { before: Delivery; act: Act }[],
  done: string,
): number {
  const back: ActIn[] = [];
  const refused: ActResult[] = [];
  results.forEach((result, index) => {
    const asked = wanted[index];
    if (!asked) return;
    if (result.status !== 200 || !result.delivery) {
      refused.push(result);
    } else if (result.delivery.version !== asked.before.version) {
      back.push(...backFrom(result.delivery, inverse(asked.before, asked.act)));
    }
  });
  if (back.length > 0) remember({ kind: "acts", acts: back });
  const count = results.length - refused.length;
  if (count > 0) {
    const text = count > 1 ? `${deliveryCount(count)}: ${done}` : done;
    notify({ tone: "good", text, undo: back.length > 0 });
  }
  tellRefused(refused);
  return count;
}

/** Each act on the way back follows the one before it, so each names the next version. */
function backFrom(now: Delivery, acts: readonly Act[]): ActIn[] {
  return acts.map((act, step) => ({ delivery_id: now.id, version: now.version + step, act }));
}

function tellRefused(refused: readonly ActResult[]): void {
  if (refused.length === 0) return;
  const told = refused.slice(0, TOLD_MAX).map(refusal);
  const more = refused.length - told.length;
  if (more > 0) told.push(t("lost.more", { n: more }));
  notify({ tone: "bad", text: told.join(" ") });
}

const byAct: Partial<Record<Act["kind"], Key>> = {
  assign: "lost.assign", unassign: "lost.unassign", cancel: "lost.cancel",
};

/** Who changed what before us; or, where nobody did, what the server has against it. */
export function refusal({ delivery, delivery_id, changed, code, detail }: ActResult): string {
  const what = `${delivery?.merchant_name ?? ""} ${shortId(delivery_id)}`.trim();
  const courier = delivery?.courier_name ?? "";
  if (code === "outdated" && changed) {
    return t(byAct[changed.act] ?? "lost.changed", { by: changed.by, what, courier });
  }
  if (code === "outdated" && delivery) {
    const state = t(`state.${delivery.state}`);
    return courier ? t("lost.courier", { what, state, courier }) : t("lost.state", { what, state });
  }
  return t("lost.refused", { what, detail: code === "locked" ? t("lost.locked") : (detail ?? "") });
}

export function remember(undo: Undo): void {
  undos.push(undo);
  if (undos.length > UNDO_MAX) undos.shift();
  update(() => ({ undoable: undos.length }));
}

/** Takes the last act back, unless somebody else has changed what it was about. */
export const undo = (): Promise<void> => inTurn(undoLast);

async function undoLast(): Promise<void> {
  const last = undos.pop();
  update(({ notices }) => ({
    undoable: undos.length,
    notices: notices.map((notice) => ({ ...notice, undo: false })),
  }));
  if (!last) return;
  if (last.kind === "route") {
    await putInOrder(last.courier, last.tasks, last.version);
    return;
  }
  if (last.kind === "run") {
    if (await last.run()) notify({ tone: "good", text: t("did.undone") });
    return;
  }
  const results = await send(asSeen(last.acts), () => remember(last));
  const refused = results.filter(({ status }) => status !== 200);
  const whole = new Set(results.map(({ delivery_id }) => delivery_id));
  for (const { delivery_id } of refused) whole.delete(delivery_id);
  if (whole.size > 0) notify({ tone: "good", text: t("did.undone") });
  tellRefused(refused);
}

/** Puts a courier's stops into another order. */
export const reorder = (courier: string, tasks: readonly string[]): Promise<void> =>
  inTurn(() => reorderNow(courier, tasks));

async function reorderNow(courier: string, tasks: readonly string[]): Promise<void> {
  const before = current().board?.couriers.get(courier);
  if (!before) return;
  const answer = await putInOrder(courier, tasks, before.route_version);
  if (answer && answer !== before.route_version) {
    remember({ kind: "route", courier, version: answer, tasks: before.route });
    notify({ tone: "good", text: t("did.reordered", { name: before.name }), undo: true });
  }
}

/** The route's new version; null when it was refused. Without a version, whatever it is now. */
async function putInOrder(
  id: string, tasks: readonly string[], version?: number,
): Promise<number | null> {
  const before = current().board?.couriers.get(id);
  if (version !== undefined) showOrder(id, tasks, version);
  try {
    const now = await api.reorder(id, { tasks: [...tasks], ...(version === undefined ? {} : { version }) });
    showOrder(id, now.tasks, now.version);
    return now.version;
  } catch (error) {
    if (before) showOrder(id, before.route, before.route_version);
    if (error instanceof ApiError && error.problem.code === "outdated") {
      notify({ tone: "bad", text: t("lost.route", { name: before?.name ?? "" }) });
    } else if (error instanceof ApiError && error.problem.code === "pickup-first") {
      notify({ tone: "bad", text: t("lost.pickup") });
    } else notifyError(error);
    return null;
  }
}

function showOrder(courier: string, tasks: readonly string[], version: number): void {
  const event = { kind: "route", courier, version, tasks } as const;
  update(({ board }) => (board ? { board: applyEvents(board, [event]) } : {}));
}

// The acts by name, for buttons, keys and drops.

const movable = (delivery: Delivery) => delivery.state === "open" || delivery.state === "assigned";

export function assign(ids: readonly string[], courier_id: string): Promise<number> {
  const name = current().board?.couriers.get(courier_id)?.name ?? shortId(courier_id);
  return perform(ids, (delivery) =>
    delivery.courier_id === courier_id ? null : { kind: "assign", courier_id },
  t("did.assigned", { name }));
}

/** Does what the engine answered: gives the deliveries, then puts the routes into its order. */
export async function follow({ proposals }: Advice): Promise<void> {
  const to = new Map(proposals.flatMap(({ courier_id, delivery_ids }) =>
    delivery_ids.map((id) => [id, courier_id] as const)));
  await perform([...to.keys()], ({ id, courier_id }) => {
    const wanted = to.get(id);
    return !wanted || wanted === courier_id ? null : { kind: "assign", courier_id: wanted };
  }, t("did.followed"));
  for (const { courier_id, route } of proposals) {
    await inTurn(() => putInOrder(courier_id, route.map(({ task }) => task)));
  }
}

export const unassign = (ids: readonly string[]) => perform(ids, ({ state }) =>
  state === "open" ? null : { kind: "unassign" }, t("did.unassigned"));

export const cancel = (ids: readonly string[], reason: string) =>
  perform(ids, () => ({ kind: "cancel", reason }), t("did.cancelled"));

/** Has what is on a bike brought back; what is elsewhere stays as it is. */
export const sendBack = (ids: readonly string[], code: ReturnCode, note: string) =>
  perform(ids, ({ state }) => (state !== "picked_up" ? null
    : { kind: "return", code, ...(note ? { note } : {}) }), t("did.returned"));

/** A drop-off needs its PIN no more; who takes the goods is named instead. */
export const waivePin = (id: string, task_id: string, reason: string) =>
  perform([id], () => ({ kind: "waive_pin", task_id, reason }), t("did.waived"));

/** Has one courier bring the goods to a hub and another one take them on; what has left stays as it is. */
export const split = (ids: readonly string[], hub_id: string, hub: string) => perform(ids,
  (delivery) => (movable(delivery) && !delivery.leg ? { kind: "split", hub_id } : null), t("did.split", { hub }));

export const join = (id: string) => perform([id], () => ({ kind: "join" }), t("did.joined"));

/** Later (or earlier) by whole minutes, all by as much. */
export const reschedule = (ids: readonly string[], minutes: number) => perform(ids, (delivery) => {
  const moved = (at: string) => new Date(Date.parse(at) + minutes * 60_000).toISOString();
  const { ready_at, due_at } = delivery;
  return { kind: "reschedule", ready_at: moved(ready_at), due_at: moved(due_at) };
}, t("did.rescheduled"));

export const annotate = (ids: readonly string[], note: string) =>
  perform(ids, () => ({ kind: "note", note: note.trim() || null }), t("did.noted"));

export const tag = (ids: readonly string[], add: string[], remove: string[]) =>
  perform(ids, () => ({ kind: "tag", add, remove }), t("did.tagged"));

/** Locks all of them; unlocks, when all are locked. */
export function toggleLock(ids: readonly string[], board: BoardState): Promise<number> {
  const locked = ids.every((id) => board.deliveries.get(id)?.desk?.locked);
  return perform(ids, (delivery) => (!movable(delivery) && !locked ? null
    : { kind: locked ? "unlock" : "lock" }), t(locked ? "did.unlocked" : "did.locked"));
}

/** Asks for the same again, from now on: windows that are over are not taken along. */
export async function duplicate(ids: readonly string[]): Promise<void> {
  let made = 0;
  try {
    for (const id of ids) {
      const { merchant_id, tasks, packages, instructions, if_undeliverable } = await api.delivery(id);
      const stops = (kind: "pickup" | "dropoff") => tasks.filter((task) => task.kind === kind)
        .map(({ place, address, contact, needs }) => ({
          place, ...(address ? { address } : {}), ...(contact ? { contact } : {}), ...(needs ? { needs } : {}),
        }));
      const copy = await api.create({
        merchant_id, pickups: stops("pickup"), dropoffs: stops("dropoff"),
        packages: packages ?? [], if_undeliverable, ...(instructions ? { instructions } : {}),
      });
      adoptAll([copy]);
      made += 1;
    }
  } catch (error) {
    notifyError(error);
  }
  if (made > 0) notify({ tone: "good", text: `${deliveryCount(made)}: ${t("did.duplicated")}` });
}
