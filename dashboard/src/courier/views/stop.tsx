import { useState } from "preact/hooks";
import type { RouteStop } from "../../api/types";
import { FAILURES, inTheBag, type FailureCode } from "../journal";
import { moved, remaining, together } from "../parcels";
import { today, useCourier } from "../state";
import { act } from "../work";
import { hourMinute, metres, t } from "../words";
import { HandOver } from "./handover";
import { WaitTimer } from "./waiting";

/** The next stop, large, and the ones after it. */
export function Route() {
  const { here } = useCourier();
  const { stops } = today();
  const [chosen, choose] = useState<string | null>(null);
  const next = stops.find(({ task_id }) => task_id === chosen) ?? stops[0];
  if (!next) return null;
  const later = stops.filter((stop) => stop !== next);
  return (
    <>
      <NextStop key={next.task_id} stop={next} stops={stops} />
      <p class="quiet" data-remaining>{t("route.left", { way: metres(remaining(here, stops)), n: stops.length })}</p>
      {later.length > 0 && (
        <section aria-labelledby="later-title">
          <h2 id="later-title">{t("stop.later")}</h2>
          <ol class="later">
            {later.map((stop) => (
              <li key={stop.task_id}>
                <button type="button" class="plain" data-stop={stop.task_id}
                  onClick={() => choose(stop.task_id)}>
                  <b>{t(`stop.${stop.kind}`)}</b> {where(stop)} <small>{when(stop)}</small>
                </button>
                <Move stop={stop} stops={stops} />
              </li>
            ))}
          </ol>
        </section>
      )}
    </>
  );
}

/** A place earlier, a place later. */
function Move({ stop, stops }: { stop: RouteStop; stops: readonly RouteStop[] }) {
  const button = (by: -1 | 1, key: "route.earlier" | "route.later") => {
    const tasks = moved(stops, stop, by);
    return (
      <button type="button" class="plain" data-act={by < 0 ? "earlier" : "later"} disabled={!tasks}
        aria-label={t(key, { what: `${t(`stop.${stop.kind}`)}, ${where(stop)}` })}
        onClick={() => tasks && void act({ kind: "route_ordered", tasks })}>{by < 0 ? "↑" : "↓"}</button>
    );
  };
  return <span class="move">{button(-1, "route.earlier")}{button(1, "route.later")}</span>;
}

function where({ kind, merchant_name, address }: RouteStop): string {
  return kind === "dropoff" ? (address ?? merchant_name) : merchant_name;
}

function when(stop: RouteStop): string {
  if (stop.kind === "return") return t("stop.asap");
  return stop.kind === "pickup"
    ? t("stop.ready", { time: hourMinute(stop.ready_at) })
    : t("stop.before", { time: hourMinute(stop.before ?? stop.due_at) });
}

/** The phone's own navigation: a `geo:` link, or Apple's maps where that is unknown. */
function navigation({ place: { latitude, longitude } }: RouteStop): string {
  const at = `${latitude},${longitude}`;
  const apple = /iPhone|iPad|Macintosh/.test(navigator.userAgent);
  return apple ? `maps:?daddr=${at}&dirflg=w` : `geo:${at}?q=${at}`;
}

/** Goods that are taken on at a hub have to be brought there first. */
const isThere = ({ goods }: RouteStop) => !goods || goods === "at_hub";

function NextStop({ stop, stops }: { stop: RouteStop; stops: readonly RouteStop[] }) {
  const { now } = useCourier();
  const [failing, setFailing] = useState(false);
  const pickup = stop.kind === "pickup";
  const notReady = pickup && isThere(stop) ? Math.ceil((Date.parse(stop.ready_at) - now) / 60_000) : 0;
  const dropoff = stop.kind === "dropoff";
  const late = !dropoff ? 0 : Math.floor((now - Date.parse(stop.before ?? stop.due_at)) / 60_000);
  const phone = stop.contact?.phone;
  const canGo = (one: RouteStop) =>
    one.kind === "pickup" ? isThere(one) && Date.parse(one.ready_at) <= now : one.kind === "return" || inTheBag(one, stops);
  const here = together(stop, stops, canGo);
  const arrive = () => here.forEach(({ task_id, state }) =>
    state === "todo" && void act({ kind: "task_started", task_id }));
  return (
    <section class="panel stop" aria-labelledby="stop-title" data-task={stop.task_id} data-kind={stop.kind}>
      <p class="kicker">{t("stop.next")} · {t(`stop.${stop.kind}`)}</p>
      <h1 id="stop-title">{where(stop)}</h1>
      {!dropoff && stop.address && <p>{stop.address}</p>}
      {dropoff && <p>{stop.merchant_name}{stop.contact?.name && ` → ${stop.contact.name}`}</p>}
      <p class="when">{when(stop)}</p>
      <WaitTimer stop={stop} />
      {late > 0 && <p>{t("stop.late", { n: late })}</p>}
      {stop.hub && <p class="instructions" data-hub={stop.hub.id}><b>{t("stop.hub", { name: stop.hub.name })}</b>{" "}
        {stop.hub.instructions ?? ""}</p>}
      {stop.instructions && <p class="instructions">{stop.instructions}</p>}
      <p class="pair">
        <a class="act second" href={navigation(stop)}>{t("stop.navigate")}</a>
        {phone && <a class="act second" href={`tel:${phone.replace(/[^+\d]/g, "")}`}>
          {t("stop.call", { name: stop.contact?.name ?? t("stop.contact") })}</a>}
      </p>
      {failing
        ? <Problem stop={stop} onBack={() => setFailing(false)} />
        : <div class="thumb">
            {stop.state === "todo"
              ? <button type="button" class="act" data-act="start"
                  onClick={arrive}>{t("stop.here")}</button>
              : notReady > 0
                ? <button type="button" class="act" data-act="picked" disabled>
                    {t("stop.notReady", { n: notReady })}</button>
                : canGo(stop)
                  ? <HandOver key={here.map(({ task_id }) => task_id).join()} here={here} route={stops} />
                  : <p>{t(isThere(stop) ? "stop.pickupFirst" : "stop.notAtHub")}</p>}
            <button type="button" class="plain" data-act="problem" onClick={() => setFailing(true)}>
              {t("stop.problem")}</button>
          </div>}
    </section>
  );
}

/** Why it could not be done: a code, and words where a code does not say enough. */
function Problem({ stop, onBack }: { stop: RouteStop; onBack: () => void }) {
  function submit(event: SubmitEvent): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const code = String(form.get("code")) as FailureCode;
    const note = String(form.get("note")).trim();
    void act({ kind: "task_failed", task_id: stop.task_id, code, ...(note ? { note } : {}) });
  }
  return (
    <form class="problem" onSubmit={submit}>
      <fieldset>
        <legend>{t("fail.title")}</legend>
        {FAILURES[stop.kind].map((code) => (
          <label key={code} class="choice">
            <input type="radio" name="code" value={code} required />{t(`fail.${code}`)}</label>
        ))}
      </fieldset>
      <label>{t("fail.note")}<input name="note" maxLength={1000} autocomplete="off" /></label>
      <div class="pair">
        <button type="button" class="act second" onClick={onBack}>{t("fail.back")}</button>
        <button type="submit" class="act danger" data-act="failed">{t("fail.send")}</button>
      </div>
    </form>
  );
}
