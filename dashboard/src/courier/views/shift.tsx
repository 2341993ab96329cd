import { useState } from "preact/hooks";
import type { Shift } from "../../api/types";
import type { Vehicle } from "../../api/vehicles";
import { act, startOn } from "../work";
import { today, useCourier } from "../state";
import { dayHour, hourMinute, metres, t } from "../words";

/** Off shift: one large button, and what being off shift means. */
export function OffShift() {
  const { said, vehicle } = useCourier();
  const vehicles = said?.vehicles ?? [];
  const [chosen, choose] = useState<string | null>(null);
  // Whichever it was last time, as long as it is free.
  const free = vehicles.filter(({ taken }) => !taken);
  const on = free.find(({ id }) => id === (chosen ?? vehicle))?.id ?? "";
  const note = free.find(({ id }) => id === on)?.note;
  const soonest = (a: Shift, b: Shift) => Date.parse(a.from ?? "") - Date.parse(b.from ?? "");
  const next = [...(said?.planned ?? [])].sort(soonest)[0];
  return (
    <section class="panel" aria-labelledby="off-title">
      <h1 id="off-title">{t("shift.none")}</h1>
      <p>{t("shift.none.why")}</p>
      {next?.from && <p class="quiet">{t("shift.next")}: <b>{dayHour(next.from)}</b></p>}
      {vehicles.length > 0 && (
        <label>{t("vehicle.choose")}
          <select name="vehicle" value={on} onInput={(event) => choose(event.currentTarget.value)}>
            <option value="">{t("vehicle.own")}</option>
            {vehicles.map((one) => <option key={one.id} value={one.id} disabled={one.taken}>{described(one)}</option>)}
          </select></label>
      )}
      {note && <p class="quiet" data-vehicle-note>{note}</p>}
      <div class="thumb">
        <button type="button" class="act" data-act="shift-start"
          onClick={() => void startOn(on)}>{t("shift.start")}</button>
      </div>
    </section>
  );
}

function described({ name, range_m, taken }: Vehicle): string {
  const far = range_m === undefined ? name : `${name} (${metres(range_m)})`;
  return taken ? t("vehicle.taken", { name: far }) : far;
}

/** A break: large, with one button to go on. */
export function OnBreak({ since }: { since: string }) {
  const { now } = useCourier();
  const minutes = Math.max(0, Math.floor((now - Date.parse(since)) / 60_000));
  return (
    <section class="panel" aria-labelledby="break-title" data-break="on">
      <h1 id="break-title">{t("break.title")}</h1>
      <p>{t("break.since", { time: hourMinute(since), n: minutes })}</p>
      <p>{t("break.text")}</p>
      <div class="thumb">
        <button type="button" class="act" data-act="shift-resume"
          onClick={() => void act({ kind: "shift_resumed" })}>{t("break.end")}</button>
      </div>
    </section>
  );
}

/** The law's reminder; it forces nobody. */
export function BreakDue() {
  const { now } = useCourier();
  const { shift } = today();
  if (!shift?.break_due_at || shift.paused_at || Date.parse(shift.break_due_at) > now) return null;
  return (
    <p class="panel warn" role="status" data-break="due">
      {t("break.due", { time: hourMinute(shift.break_due_at) })}
    </p>
  );
}

/** On shift: since when, until when, and how to end it. */
export function ShiftBar() {
  const { said } = useCourier();
  const [refused, setRefused] = useState<"break.not" | "shift.stop.not" | null>(null);
  const { shift, stops } = today();
  if (!shift) return null;
  const on = said?.vehicles?.find(({ id }) => id === shift.vehicle_id);
  const text = shift.to
    ? t("shift.until", { time: hourMinute(shift.to) })
    : t("shift.since", { time: hourMinute(shift.started_at ?? "") });
  const ask = (kind: "shift_paused" | "shift_ended") => {
    if (stops.length === 0) void act({ kind });
    else setRefused(kind === "shift_ended" ? "shift.stop.not" : "break.not");
  };
  return (
    <section class="shift-bar">
      <span>{text}{on && <b data-vehicle={on.id}> · {on.name}</b>}</span>
      {!shift.paused_at && (
        <button type="button" class="plain" data-act="shift-pause" onClick={() => ask("shift_paused")}>
          {t("break.begin")}</button>
      )}
      <button type="button" class="plain" data-act="shift-stop" onClick={() => ask("shift_ended")}>
        {t("shift.stop")}</button>
      <p role="status">{refused && stops.length > 0 && t(refused)}</p>
    </section>
  );
}
