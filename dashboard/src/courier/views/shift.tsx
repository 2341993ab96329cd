import { useState } from "preact/hooks";
import type { Shift } from "../../api/types";
import { act } from "../work";
import { today, useCourier } from "../state";
import { dayHour, hourMinute, t } from "../words";

/** Off shift: one large button, and what being off shift means. */
export function OffShift() {
  const { said } = useCourier();
  const soonest = (a: Shift, b: Shift) => Date.parse(a.from ?? "") - Date.parse(b.from ?? "");
  const next = [...(said?.planned ?? [])].sort(soonest)[0];
  return (
    <section class="panel" aria-labelledby="off-title">
      <h1 id="off-title">{t("shift.none")}</h1>
      <p>{t("shift.none.why")}</p>
      {next?.from && <p class="quiet">{t("shift.next")}: <b>{dayHour(next.from)}</b></p>}
      <div class="thumb">
        <button type="button" class="act" data-act="shift-start"
          onClick={() => void act({ kind: "shift_started" })}>{t("shift.start")}</button>
      </div>
    </section>
  );
}

/** On shift: since when, until when, and how to end it. */
export function ShiftBar() {
  useCourier();
  const [asked, setAsked] = useState(false);
  const { shift, stops } = today();
  if (!shift) return null;
  const text = shift.to
    ? t("shift.until", { time: hourMinute(shift.to) })
    : t("shift.since", { time: hourMinute(shift.started_at ?? "") });
  const stop = () => {
    setAsked(true);
    if (stops.length === 0) void act({ kind: "shift_ended" });
  };
  return (
    <section class="shift-bar">
      <span>{text}</span>
      <button type="button" class="plain" data-act="shift-stop" onClick={stop}>{t("shift.stop")}</button>
      <p role="status">{asked && stops.length > 0 && t("shift.stop.not")}</p>
    </section>
  );
}
