import { useState } from "preact/hooks";
import { deskHours, type HoursIn, type ShiftCorrection, type WorkedHours } from "../api/hours";
import type { Shift } from "../api/types";
import { plainDay, span, t } from "../i18n";
import { wallTime } from "../store/weeks";
import { dayIn } from "../store/treasury";
import { HoursForm } from "../ui/hours-form";
import { Modal } from "../ui/modal";
import { useAct, useLoaded } from "./use-loaded";

/** Shifts of one courier that the page shows. */
const SHOWN = 20;

interface WorkedHoursProps {
  zone: string;
  couriers: readonly { id: string; name: string }[];
}

/** Hours that were worked, corrected with a trace; and what couriers ask to have corrected. */
export function WorkedHoursOf({ zone, couriers }: WorkedHoursProps) {
  const [courier, choose] = useState(couriers[0]?.id ?? "");
  const { value, reload } = useLoaded(async () => {
    const [shifts, corrections] = await Promise.all([
      courier ? deskHours.shifts(courier) : { items: [] }, deskHours.corrections(),
    ]);
    return { shifts: shifts.items, corrections: corrections.items };
  }, courier);
  const asked = value?.corrections.filter(({ state }) => state === "waits_for_dispatcher") ?? [];
  const ended = value?.shifts.map((shift) => ({ breaks: [], ...shift })).filter(isOver).slice(0, SHOWN);
  return (
    <section aria-labelledby="worked-hours">
      <h2 id="worked-hours">{t("hours.title")}</h2>
      {asked.length > 0 && (
        <ul class="cards" aria-label={t("hours.asked")}>
          {asked.map((one) => <Asked key={one.id} one={one} zone={zone} onDone={reload} />)}
        </ul>
      )}
      <p class="fields"><label>{t("plan.courier")}<select data-act="hours-of" value={courier}
        onInput={(event) => choose(event.currentTarget.value)}>
        {couriers.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}</select></label></p>
      {ended?.length === 0 && <p class="muted">{t("hours.none")}</p>}
      <ul class="cards">
        {ended?.map((shift) => (
          <Ended key={`${shift.id} ${shift.paid_seconds}`} shift={shift} zone={zone} onDone={reload}
            corrections={value?.corrections.filter(({ shift_id }) => shift_id === shift.id) ?? []} />
        ))}
      </ul>
    </section>
  );
}

const isOver = (shift: Shift): shift is Shift & WorkedHours => shift.state === "ended";

function text(zone: string, { started_at, ended_at, breaks, paid_seconds }: WorkedHours): string {
  const times = (from: string, to: string) => `${wallTime(zone, from)}–${wallTime(zone, to)}`;
  const rests = breaks.map(({ after, before }) => times(after, before)).join(", ");
  const day = plainDay(dayIn(zone, Date.parse(started_at)));
  return [
    `${day} ${times(started_at, ended_at)}`, rests && t("hours.breaks", { rests }),
    t("hours.paid", { time: span(paid_seconds * 1000) }),
  ].filter(Boolean).join(" · ");
}

interface EndedProps {
  shift: Shift & WorkedHours;
  zone: string;
  corrections: readonly ShiftCorrection[];
  onDone: () => void;
}

function Ended({ shift, zone, corrections, onDone }: EndedProps) {
  const [busy, act] = useAct();
  const words = {
    from: t("slots.from"), to: t("slots.to"), break: t("hours.break"), add: t("hours.add"),
    remove: t("hours.remove"), reason: t("plan.why"), send: t("hours.correct.do"), wrong: t("hours.wrong"),
  };
  const correct = (hours: HoursIn) =>
    void act(() => deskHours.correct(shift.id, hours), t("hours.done")).then(onDone);
  return (
    <li class="card" data-worked={shift.id}>
      <p>{text(zone, shift)}</p>
      {corrections.map((one) => <Trace key={one.id} one={one} zone={zone} />)}
      {!corrections.some(({ state }) => state.startsWith("waits")) && (
        <details>
          <summary data-act="correct-hours">{t("hours.correct")}</summary>
          <HoursForm zone={zone} known={shift} words={words} disabled={busy} button="primary" onSend={correct} />
        </details>
      )}
    </li>
  );
}

function Trace({ one, zone }: { one: ShiftCorrection; zone: string }) {
  return (
    <div class="muted" data-correction={one.state}>
      <p>{t("hours.was", { hours: text(zone, one.was) })}</p>
      <p>{t("hours.now", { hours: text(zone, one.now), name: one.asked_by_name })}</p>
      <blockquote>{one.reason}</blockquote>
      <p><b>{t(`hours.state.${one.state}`)}</b> {one.answer_reason}</p>
    </div>
  );
}

/** What a courier asks for, and the answer of a dispatcher. */
function Asked({ one, zone, onDone }: { one: ShiftCorrection; zone: string; onDone: () => void }) {
  const [busy, act] = useAct();
  const [refusing, refuse] = useState(false);
  const [reason, setReason] = useState("");
  const answer = (agreed: boolean) =>
    void act(() => deskHours.answer(one.id, agreed, reason.trim() || undefined), t("plan.answered")).then(onDone);
  return (
    <li class="card" data-asked={one.id}>
      <p><b>{one.courier_name}</b></p>
      <Trace one={one} zone={zone} />
      <p class="buttons">
        <button type="button" class="primary" disabled={busy} data-act="agree-hours" onClick={() => answer(true)}>{t("hours.agree")}</button>
        <button type="button" disabled={busy} data-act="refuse-hours" onClick={() => refuse(true)}>{t("plan.refuse")}</button>
      </p>
      {refusing && (
        <Modal title={t("plan.refuse")} submit={t("plan.why.do")} danger disabled={!reason.trim()}
          onClose={() => refuse(false)} onSubmit={() => answer(false)}>
          <label>{t("plan.why")}<input name="reason" required maxLength={1000} value={reason} autocomplete="off"
            onInput={(event) => setReason(event.currentTarget.value)} /></label>
        </Modal>
      )}
    </li>
  );
}
