import { useState } from "preact/hooks";
import { api } from "../api/http";
import type { Offer, RouteStop, Shift } from "../api/types";
import { hourMinute, metres, money, t } from "../i18n";
import { notifyError } from "../store/actions";
import { PointMark } from "../ui/icons";
import { PageFrame } from "./page-frame";
import { useLive } from "./use-live";

interface Day {
  shift: Shift | null;
  offers: Offer[];
  stops: RouteStop[];
}

async function loadDay(): Promise<Day> {
  const [shifts, offers, route] = await Promise.all([api.shifts(), api.offers(), api.route()]);
  const shift = shifts.items.find(({ state }) => state === "open") ?? null;
  return { shift, offers: offers.items, stops: route.stops };
}

type Run = (act: () => Promise<unknown>) => void;

/** A courier's shift, offers and route, until the courier's own app is here. */
export function CourierPage() {
  const { value, reload } = useLive(loadDay);
  const [busy, setBusy] = useState(false);
  const run: Run = (act) => {
    setBusy(true);
    void act().catch(notifyError).finally(() => {
      setBusy(false);
      reload();
    });
  };
  return (
    <PageFrame ready={value !== null}>
      <main class="sheet narrow">
        {value && <fieldset class="bare" disabled={busy}>
          <ShiftCard shift={value.shift} run={run} />
          <h2>{t("ride.offers")}</h2>
          {value.offers.length === 0 && <p class="muted">{t("ride.offers.none")}</p>}
          <ul class="cards">
            {value.offers.map((offer) => <OfferCard key={offer.id} offer={offer} run={run} />)}
          </ul>
          <h2>{t("ride.route")}</h2>
          {value.stops.length === 0 && <p class="muted">{t("ride.route.none")}</p>}
          <ol class="cards">
            {value.stops.map((stop, index) =>
              <StopCard key={stop.task_id} stop={stop} next={index === 0} run={run} />)}
          </ol>
        </fieldset>}
      </main>
    </PageFrame>
  );
}

function ShiftCard({ shift, run }: { shift: Shift | null; run: Run }) {
  return (
    <div class="card line">
      <h1>{t("ride.shift")}</h1>
      <span>{shift ? t("courier.on", { time: hourMinute(shift.to) }) : t("ride.shift.none")}</span>
      {shift
        ? <button type="button" onClick={() => run(api.stopShift)}>{t("ride.shift.stop")}</button>
        : <button type="button" class="primary" onClick={() => run(api.startShift)}>
            {t("ride.shift.start")}</button>}
    </div>
  );
}

function OfferCard({ offer, run }: { offer: Offer; run: Run }) {
  return (
    <li class="card">
      <p class="offer-head"><b>{money(offer.pay)}</b>
        <span class="muted">{metres(offer.approach_m)} + {metres(offer.trip_m)}</span></p>
      {offer.deliveries.map((delivery) => (
        <p key={delivery.id}>{delivery.merchant_name} → {delivery.dropoff.address ?? t("task.dropoff")}{" "}
          <small>{t("detail.before", { time: hourMinute(delivery.due_at) })}</small></p>
      ))}
      <p class="buttons">
        <button type="button" class="primary" onClick={() => run(() => api.acceptOffer(offer.id))}>
          {t("ride.accept")}</button>
        <button type="button" onClick={() => run(() => api.declineOffer(offer.id))}>
          {t("ride.decline")}</button>
      </p>
    </li>
  );
}

function StopCard({ stop, next, run }: { stop: RouteStop; next: boolean; run: Run }) {
  const [signed, setSigned] = useState("");
  const dropoff = stop.kind === "dropoff";
  const where = stop.address ?? `${stop.place.latitude.toFixed(5)}, ${stop.place.longitude.toFixed(5)}`;
  return (
    <li class="card stop">
      <PointMark kind={stop.kind} state={next ? "picked_up" : "assigned"} />
      <div>
        <p><b>{t(`task.${stop.kind}`)}</b> {stop.merchant_name}</p>
        <p>{where}</p>
        <p class="muted">{dropoff
          ? stop.before && t("detail.before", { time: hourMinute(stop.before) })
          : `${t("detail.ready")} ${hourMinute(stop.ready_at)}`}</p>
        {next && (
          <form class="buttons" onSubmit={(event) => {
            event.preventDefault();
            run(() => api.finishTask(stop.task_id, dropoff ? signed.trim() : undefined));
          }}>
            {stop.state === "todo" && (
              <button type="button" onClick={() => run(() => api.startTask(stop.task_id))}>
                {t("ride.start")}</button>
            )}
            {dropoff && <input required maxLength={100} value={signed} placeholder={t("ride.signed")}
              aria-label={t("ride.signed")} onInput={(event) => setSigned(event.currentTarget.value)} />}
            <button type="submit" class="primary">{t("ride.done")}</button>
          </form>
        )}
      </div>
    </li>
  );
}
