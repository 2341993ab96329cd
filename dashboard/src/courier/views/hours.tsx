// Hours that were worked, and what became of them since.
import { useEffect, useState } from "preact/hooks";
import { myHours, type ShiftCorrection, type WorkedHours } from "../../api/hours";
import type { Shift } from "../../api/types";
import { HoursForm } from "../../ui/hours-form";
import { api } from "../api";
import { useCourier } from "../state";
import { notify, said } from "../work";
import { dayHour, duration, hourMinute, t } from "../words";
import { Question } from "./rights";

/** Shifts that one screen shows. */
const SHOWN = 14;

interface Worked {
  shifts: (Shift & WorkedHours)[];
  corrections: ShiftCorrection[];
}

const isOver = (shift: Shift): shift is Shift & WorkedHours => shift.state === "ended";

async function look(): Promise<Worked> {
  const [shifts, corrections] = await Promise.all([api.shifts(), myHours.corrections()]);
  const over = shifts.items.map((shift) => ({ breaks: [], ...shift })).filter(isOver);
  return { shifts: over.slice(0, SHOWN), corrections: corrections.items };
}

function text({ started_at, ended_at, breaks, paid_seconds }: WorkedHours): string {
  const rests = breaks.map(({ after, before }) => `${hourMinute(after)}–${hourMinute(before)}`).join(", ");
  const paid = t("hours.paid", { n: duration(paid_seconds) });
  return `${dayHour(started_at)}–${hourMinute(ended_at)}${rests && ` · ${t("hours.breaks", { rests })}`} · ${paid}`;
}

export function HoursWorked() {
  const { online, zone, events } = useCourier();
  const [worked, setWorked] = useState<Worked | null>(null);
  const [busy, setBusy] = useState(false);
  const failed = (error: unknown) => notify("bad", said(error));
  const reload = () => look().then(setWorked, failed);
  // Again when the phone has told what it kept: the end of a shift is among it.
  useEffect(() => {
    if (online) void reload();
  }, [online, events.length]);
  const perform = (what: () => Promise<unknown>, done: string) => {
    setBusy(true);
    void what().then(() => notify("good", done), failed).then(reload).finally(() => setBusy(false));
  };
  if (!worked || worked.shifts.length === 0) return null;
  const words = {
    from: t("hours.from"), to: t("hours.to"), break: t("hours.break"), add: t("hours.add"),
    remove: t("week.drop"), reason: t("hours.reason"), send: t("hours.send"), wrong: t("hours.wrong"),
  };
  const disabled = busy || !online;
  return (
    <section class="panel" aria-labelledby="hours-title">
      <h2 id="hours-title">{t("hours.title")}</h2>
      <ul class="lines">
        {worked.shifts.map((shift) => {
          const own = worked.corrections.filter(({ shift_id }) => shift_id === shift.id);
          const waits = own.some(({ state }) => state.startsWith("waits"));
          return (
            <li key={shift.id} data-worked={shift.id}>
              <p>{text(shift)}</p>
              {own.map((one) => (
                <Trace key={one.id} one={one} disabled={disabled}
                  onAnswer={(agreed) => perform(() => myHours.answer(one.id, agreed), t("hours.answered"))} />
              ))}
              {!waits && zone && (
                <details>
                  <summary data-act="wrong-hours">{t("hours.isWrong")}</summary>
                  <HoursForm zone={zone} known={shift} words={words} disabled={disabled} button="act second"
                    onSend={(hours) => perform(() => myHours.ask(shift.id, hours), t("hours.asked"))} />
                </details>
              )}
              {own.length > 0 && (
                <Question about={{ kind: "shift", shift_id: shift.id }} online={online} onOpened={() => void reload()} />
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

interface TraceProps {
  one: ShiftCorrection;
  disabled: boolean;
  onAnswer: (agreed: boolean) => void;
}

/** What hours were, what they should have been, and who said so. */
function Trace({ one, disabled, onAnswer }: TraceProps) {
  return (
    <div data-correction={one.state}>
      <p class="quiet">{t("hours.was", { hours: text(one.was) })}</p>
      <p class="quiet">{t("hours.now", { hours: text(one.now), name: one.asked_by_name, reason: one.reason })}</p>
      <p><b>{t(`hours.state.${one.state}`)}</b> {one.answer_reason}</p>
      {one.state === "waits_for_courier" && (
        <>
          <p>{t("hours.less")}</p>
          <button type="button" class="act second" disabled={disabled} data-act="agree-hours"
            onClick={() => onAnswer(true)}>{t("hours.agree")}</button>
          <button type="button" class="plain" disabled={disabled} data-act="refuse-hours"
            onClick={() => onAnswer(false)}>{t("hours.refuse")}</button>
        </>
      )}
    </div>
  );
}
