// Shifts to come: what is offered, what is the courier's, and what colleagues offer.
import { useEffect, useState } from "preact/hooks";
import { roster, type Colleague, type OfferedShift, type Swap } from "../../api/roster";
import type { Shift } from "../../api/types";
import { api } from "../api";
import { useCourier } from "../state";
import { notify, said } from "../work";
import { dayHour, hourMinute, t, type Key } from "../words";
import { Absences } from "./absences";
import { CalendarLink } from "./calendar";
import { HoursWorked } from "./hours";

interface Plan {
  openings: OfferedShift[];
  shifts: Shift[];
  swaps: Swap[];
  colleagues: Colleague[];
}

async function look(): Promise<Plan> {
  const [openings, shifts, swaps, colleagues] = await Promise.all([
    roster.openings(), api.shifts(), roster.swaps(), roster.colleagues(),
  ]);
  const planned = shifts.items.filter(({ state, from }) => state === "planned" && from);
  planned.sort((a, b) => (a.from ?? "").localeCompare(b.from ?? ""));
  return { openings: openings.items, shifts: planned, swaps: swaps.items, colleagues: colleagues.items };
}

type Perform = (what: () => Promise<unknown>, done: Key) => void;

const hours = ({ from, to }: { from?: string; to?: string }) =>
  from && to ? `${dayHour(from)}–${hourMinute(to)}` : "";

export function RosterView() {
  const { online, user } = useCourier();
  const [plan, setPlan] = useState<Plan | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const failed = (error: unknown) => notify("bad", said(error));
  const reload = () => look().then(setPlan, failed);
  useEffect(() => {
    if (online) void reload();
  }, [online]);
  const perform: Perform = (what, done) => {
    setBusy(true);
    void what().then(() => notify("good", t(done)), failed).then(reload).finally(() => setBusy(false));
  };
  const apply = ({ id }: OfferedShift) => {
    setBusy(true);
    void roster.apply(id).then(({ outcome, place, warnings }) => {
      notify("good", outcome === "placed" ? t("roster.placed") : t("roster.waiting", { n: place ?? 1 }));
      for (const warning of warnings) notify("bad", t(`roster.warning.${warning}`));
    }, failed).then(reload).finally(() => setBusy(false));
  };
  const disabled = busy || !online;
  const others = plan?.swaps.filter(({ courier_id }) => courier_id !== user?.courier_id) ?? [];
  const offered = new Set(plan?.swaps.map(({ id }) => id));
  return (
    <>
      <section class="panel" aria-labelledby="mine-title">
        <h1 id="mine-title">{t("roster.mine")}</h1>
        {plan?.shifts.length === 0 && <p data-shifts="none">{t("roster.mine.none")}</p>}
        <ul class="lines">
          {plan?.shifts.map((shift) => (
            <Own key={shift.id} shift={shift} offered={offered.has(shift.id)} disabled={disabled}
              colleagues={plan.colleagues} perform={perform} />
          ))}
        </ul>
      </section>
      {others.length > 0 && (
        <section class="panel" aria-labelledby="swaps-title">
          <h2 id="swaps-title">{t("roster.swaps")}</h2>
          <ul class="lines">
            {others.map((swap) => (
              <li key={swap.id} data-swap={swap.id}>
                <p class="line"><span>{hours(swap)}</span><b>{swap.name}</b></p>
                <button type="button" class="act second" disabled={disabled} data-act="take-shift"
                  onClick={() => perform(() => roster.take(swap.id), "roster.taken")}>{t("roster.take")}</button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section class="panel" aria-labelledby="offered-title">
        <h2 id="offered-title">{t("roster.offered")}</h2>
        <p class="quiet">{t("roster.rule")}</p>
        {plan?.openings.length === 0 && <p data-openings="none">{t("roster.offered.none")}</p>}
        <ul class="lines">
          {plan?.openings.filter(({ mine }) => mine !== "placed").map((opening) => (
            <li key={opening.id} data-opening={opening.id} data-mine={opening.mine}>
              <p class="line"><span>{hours(opening)}</span><b>{t("roster.free", { n: opening.free })}</b></p>
              <Details opening={opening} />
              {opening.mine === "waiting" ? (
                <>
                  <p>{t("roster.waiting", { n: opening.place ?? 1 })}</p>
                  <button type="button" class="plain" disabled={disabled} data-act="leave"
                    onClick={() => perform(() => roster.leave(opening.id), "roster.left")}>{t("roster.leave")}</button>
                </>
              ) : opening.against ? <p class="quiet" data-against>{t("roster.against", { why: opening.against })}</p> : (
                <button type="button" class="act second" disabled={disabled} data-act="apply"
                  onClick={() => apply(opening)}>{t(opening.free > 0 ? "roster.apply" : "roster.wait")}</button>
              )}
            </li>
          ))}
        </ul>
      </section>
      <HoursWorked />
      <Absences />
      <CalendarLink />
    </>
  );
}

function Details({ opening: { wanted } }: { opening: OfferedShift }) {
  const said = [wanted.zone, wanted.note, wanted.skills.join(", ")].filter(Boolean);
  return said.length > 0 ? <p class="quiet">{said.join(" · ")}</p> : null;
}

interface OwnProps {
  shift: Shift;
  offered: boolean;
  disabled: boolean;
  colleagues: readonly Colleague[];
  perform: Perform;
}

/** A shift to come: given back, or offered to colleagues. */
function Own({ shift, offered, disabled, colleagues, perform }: OwnProps) {
  const [to, setTo] = useState("");
  return (
    <li data-planned={shift.id}>
      <p class="line"><span>{hours(shift)}</span></p>
      {offered && (
        <p data-offered>{t("roster.isOffered")} <button type="button" class="plain" disabled={disabled}
          onClick={() => perform(() => roster.keep(shift.id), "roster.kept")}>{t("roster.keep")}</button></p>
      )}
      <details>
        <summary data-act="no-shift">{t("roster.cannot")}</summary>
        <button type="button" class="act second" disabled={disabled} data-act="give-back"
          onClick={() => perform(() => roster.giveBack(shift.id), "roster.given")}>{t("roster.giveBack")}</button>
        <label>{t("roster.to")}
          <select value={to} onInput={(event) => setTo(event.currentTarget.value)}>
            <option value="">{t("roster.to.all")}</option>
            {colleagues.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
          </select></label>
        <button type="button" class="act second" disabled={disabled} data-act="offer-shift"
          onClick={() => perform(() => roster.offer(shift.id, to || undefined), "roster.offered.done")}>
          {t("roster.offer")}</button>
      </details>
    </li>
  );
}
