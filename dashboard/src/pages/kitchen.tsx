import { useState } from "preact/hooks";
import { api } from "../api/http";
import { ApiError } from "../api/problem";
import type { Delivery, Kitchen, RefusalCode } from "../api/types";
import { hourMinute, t } from "../i18n";
import { notifyError } from "../store/actions";

const LATER_MIN = [10, 20, 30];
const RUSH = { minutes: 15, lasts: 60 };
const REASONS: RefusalCode[] = ["sold_out", "too_busy", "closed", "other"];

const inMinutes = async (minutes: number, from?: string): Promise<string> => {
  const start = from ?? (await api.clock()).now;
  return new Date(Date.parse(start) + minutes * 60_000).toISOString();
};

/** The kitchen of a shop; null where it has none. */
export async function kitchenOf(merchant: string | null | undefined): Promise<Kitchen | null> {
  if (!merchant) return null;
  return api.kitchen(merchant).catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  });
}

interface Act { busy: boolean; act: (work: () => Promise<unknown>) => void }

/** One thing at a time; what goes wrong is said. */
function useAct(done: () => void): Act {
  const [busy, setBusy] = useState(false);
  const act = (work: () => Promise<unknown>) => {
    setBusy(true);
    work().then(done, notifyError).finally(() => setBusy(false));
  };
  return { busy, act };
}

/** Whether it is open, and the switch for the hour in which everything takes longer. */
export function KitchenPanel({ merchant, kitchen, onChange }:
  { merchant: string; kitchen: Kitchen; onChange: () => void }) {
  const { busy, act } = useAct(onChange);
  const { open, rush, next_opening: opens, preparation_minutes: minutes } = kitchen;
  const begin = async () => {
    const until = await inMinutes(RUSH.lasts);
    await api.rush(merchant, { extra_minutes: RUSH.minutes, until });
  };
  return (
    <section class="card kitchen" aria-labelledby="shop-kitchen" data-open={open}>
      <h2 id="shop-kitchen">{t("shop.kitchen")}</h2>
      <p>{open ? t("shop.is_open", { minutes }) : t("shop.is_closed")}{" "}
        {!open && opens && t("shop.opens", { time: hourMinute(opens) })}</p>
      {rush && <p class="bad-text">
        {t("shop.rush_until", { time: hourMinute(rush.until), minutes: rush.extra_minutes })}</p>}
      <button type="button" data-act="rush" aria-pressed={Boolean(rush)} disabled={busy}
        onClick={() => act(rush ? () => api.rush(merchant, null) : begin)}>
        {t(rush ? "shop.rush_end" : "shop.rush")}</button>
    </section>
  );
}

/** What the kitchen may say to an order: yes, no, or later. */
export function KitchenActs({ delivery, onDone }: { delivery: Delivery; onDone: () => void }) {
  const { busy, act } = useAct(onDone);
  const [refusing, setRefusing] = useState(false);
  const { id, state, ready_at } = delivery;
  if (state !== "asked" && state !== "open" && state !== "assigned") return null;
  const asked = state === "asked";
  const later = async (minutes: number) => {
    const at = await inMinutes(minutes, ready_at);
    await (asked ? api.accept(id, at) : api.ready(id, at));
  };
  return (
    <div class="acts" role="group" aria-label={t("shop.kitchen")}>
      <small>{asked && delivery.asked_until
        ? t("shop.answer", { time: hourMinute(delivery.asked_until) })
        : t("shop.ready_at", { time: hourMinute(ready_at) })}</small>
      {asked && <button type="button" class="primary" data-act="accept" disabled={busy}
        onClick={() => act(() => api.accept(id))}>{t("shop.accept")}</button>}
      {LATER_MIN.map((minutes) => (
        <button key={minutes} type="button" data-act={`later-${minutes}`} disabled={busy}
          onClick={() => act(() => later(minutes))}>{t("shop.later", { minutes })}</button>
      ))}
      {asked && !refusing && <button type="button" data-act="refuse" disabled={busy}
        onClick={() => setRefusing(true)}>{t("shop.refuse")}</button>}
      {asked && refusing && (
        <span class="reasons" role="group" aria-label={t("shop.reason")}>
          {REASONS.map((code) => (
            <button key={code} type="button" data-code={code} disabled={busy}
              onClick={() => act(() => api.refuse(id, code))}>{t(`shop.${code}`)}</button>
          ))}
        </span>
      )}
    </div>
  );
}
