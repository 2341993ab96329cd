// What a dispatcher does to tours: each act whole or not at all, as the server says; undone like the others.
import { ApiError } from "../api/problem";
import { tourApi, type Tour } from "../api/tour";
import { deliveryCount, plainDay, t } from "../i18n";
import { notify, notifyError, select } from "./actions";
import { inTurn, remember } from "./acts";
import { Own } from "./own";
import { applyEvents } from "./reduce";
import { current, update } from "./store";

/** Gives the tour as it is then; null where it was removed. */
type Step = () => Promise<Tour | null>;

const own = new Own();

/** The version that was seen, or what our own acts have made of it since. */
const seen = (tour: Tour | null) => (tour ? own.since(tour.id, tour.version, now(tour.id)?.version) : 0);

function adopt(tour: Tour): void {
  const event = { kind: "tour", tour, removed: false } as const;
  update(({ board }) => (board ? { board: applyEvents(board, [event]) } : {}));
}

/** Undefined where it was refused, which is said. */
async function attempt(id: string, step: Step): Promise<Tour | null | undefined> {
  try {
    const tour = await step();
    if (tour) {
      own.note(tour.id, tour.version);
      adopt(tour);
    }
    return tour;
  } catch (error) {
    await refused(id, error);
    return undefined;
  }
}

async function refused(id: string, error: unknown): Promise<void> {
  if (!(error instanceof ApiError) || error.problem.code !== "outdated") return notifyError(error);
  const now = await tourApi.find(id).catch(() => null);
  if (now) adopt(now);
  const text = now ? t("lost.tour", { by: now.changed_by, tour: now.name }) : t("lost.tour.gone");
  notify({ tone: "bad", text });
}

/** One act after the other; `back` is what takes it back, where that can be. */
function perform(id: string, step: Step, done: string, back?: (after: Tour | null) => Step): Promise<boolean> {
  return inTurn(async () => {
    const after = await attempt(id, step);
    if (after === undefined) return false;
    if (back) {
      const run = async () => (await attempt(after?.id ?? id, back(after))) !== undefined;
      remember({ kind: "run", run });
    }
    notify({ tone: "good", text: done, undo: back !== undefined });
    return true;
  });
}

const now = (id: string) => current().board?.tours.get(id);

/** The one courier who has all of a tour that is not over; null for nobody, undefined for several. */
function holder(tour: Tour): string | null | undefined {
  const found = new Set<string | null>();
  for (const id of tour.delivery_ids) {
    const delivery = current().board?.deliveries.get(id);
    if (delivery && (delivery.state === "open" || delivery.state === "assigned")) found.add(delivery.courier_id ?? null);
  }
  return found.size > 1 ? undefined : ([...found][0] ?? null);
}

export async function makeTour(name: string, day: string, ids: readonly string[]): Promise<void> {
  let made: Tour | null = null;
  const step = async () => (made = await tourApi.make({ name, day, delivery_ids: ids }));
  const back = (after: Tour | null) => async () => {
    if (!after) return null;
    // Taken out first: removing takes back what a courier had before there was a tour.
    const empty = await tourApi.change(after.id, { version: seen(after), remove: after.delivery_ids });
    return tourApi.remove(empty.id, empty.version);
  };
  const done = t("did.tour.made", { tour: name, what: deliveryCount(ids.length) });
  if (await perform("", step, done, back) && made) select({ kind: "tour", id: (made as Tour).id });
}

export async function addToTour(id: string, wanted: readonly string[]): Promise<void> {
  const tour = now(id);
  const ids = wanted.filter((one) => !tour?.delivery_ids.includes(one));
  if (!tour || ids.length === 0) return;
  const done = t("did.tour.added", { tour: tour.name, what: deliveryCount(ids.length) });
  await perform(id, () => tourApi.change(id, { version: seen(tour), add: ids }), done, (after) =>
    () => tourApi.change(id, { version: seen(after), remove: ids }));
}

export async function takeOut(id: string, ids: readonly string[]): Promise<void> {
  const tour = now(id);
  if (!tour) return;
  const done = t("did.tour.taken_out", { tour: tour.name, what: deliveryCount(ids.length) });
  await perform(id, () => tourApi.change(id, { version: seen(tour), remove: ids }), done, (after) =>
    () => tourApi.change(id, { version: seen(after), add: ids, stops: tour.stops }));
}

export async function renameTour(id: string, name: string): Promise<void> {
  const tour = now(id);
  if (!tour || tour.name === name) return;
  const done = t("did.tour.renamed", { tour: name });
  await perform(id, () => tourApi.change(id, { version: seen(tour), name }), done, (after) =>
    () => tourApi.change(id, { version: seen(after), name: tour.name }));
}

export async function orderTour(id: string, stops: readonly string[]): Promise<void> {
  const tour = now(id);
  if (!tour || stops.join() === tour.stops.join()) return;
  const done = t("did.tour.ordered", { tour: tour.name });
  await perform(id, () => tourApi.change(id, { version: seen(tour), stops }), done, (after) =>
    () => tourApi.change(id, { version: seen(after), stops: tour.stops }));
}

export async function giveTour(id: string, courier: string): Promise<void> {
  const tour = now(id);
  if (!tour) return;
  const before = holder(tour);
  const name = current().board?.couriers.get(courier)?.name ?? "";
  const back = (after: Tour | null) => () => (before
    ? tourApi.give(id, seen(after), before) : tourApi.takeBack(id, seen(after)));
  await perform(id, () => tourApi.give(id, seen(tour), courier),
    t("did.tour.given", { tour: tour.name, name }), before === undefined ? undefined : back);
}

export async function takeTourBack(id: string): Promise<void> {
  const tour = now(id);
  if (!tour) return;
  const before = holder(tour);
  const back = (after: Tour | null) => () => tourApi.give(id, seen(after), before ?? "");
  await perform(id, () => tourApi.takeBack(id, seen(tour)),
    t("did.tour.taken_back", { tour: tour.name }), before ? back : undefined);
}

export async function carryTour(id: string, day: string): Promise<void> {
  const tour = now(id);
  if (!tour) return;
  const done = t("did.tour.carried", { tour: tour.name, day: plainDay(day) });
  await perform(id, () => tourApi.carry(id, seen(tour), day), done, (after) => () =>
    tourApi.carry(after?.id ?? "", seen(after), tour.day));
}

export async function removeTour(id: string): Promise<void> {
  const tour = now(id);
  if (!tour) return;
  const { name, day, stops, delivery_ids } = tour;
  const before = holder(tour);
  await perform(id, () => tourApi.remove(id, seen(tour)), t("did.tour.removed", { tour: name }),
    () => async () => {
      const open = delivery_ids.filter((one) => current().board?.deliveries.get(one)?.state === "open");
      const made = await tourApi.make({ name, day, delivery_ids: open, stops });
      return before ? tourApi.give(made.id, made.version, before) : made;
    });
}
