import { useState } from "preact/hooks";
import { api } from "../api/http";
import { office } from "../api/office";
import type { Day } from "../api/office-types";
import { shiftPlan, type Opening } from "../api/roster";
import { VEHICLE_KINDS } from "../api/vehicles";
import { plainDay, span, t } from "../i18n";
import { notify } from "../store/actions";
import { dayIn } from "../store/treasury";
import { daysLater, mondayOf, wallTime, weekOf, windowIn } from "../store/weeks";
import { Modal } from "../ui/modal";
import { Empty, Table } from "../ui/table";
import { AskedDaysOff } from "./days-off";
import { PageFrame } from "./page-frame";
import { coopTime } from "./use-coop-time";
import { useAct, useLoaded } from "./use-loaded";
import { WeekTemplates } from "./week-templates";
import { WorkedHoursOf } from "./worked-hours";

/** A week of shifts: what is offered, who has it and who waits, and what is planned by hand. */
export function ShiftPlanPage() {
  const { value: here } = useLoaded(async () => {
    const [{ today }, { coop }, { items }] = await Promise.all([coopTime(), office.rules(), api.couriers()]);
    return { today, zone: coop.time_zone, couriers: items };
  });
  const [chosen, choose] = useState<Day | null>(null);
  const monday = chosen ?? (here && mondayOf(here.today));
  const week = monday && weekOf(monday);
  const { value: openings, reload } = useLoaded(
    async () => (week ? (await shiftPlan.week(week)).items : null), week ?? "");
  return (
    <PageFrame ready={openings !== null} office>
      <main class="sheet">
        <section class="shift-plan" aria-labelledby="shift-plan">
          <h1 id="shift-plan" tabIndex={-1}>{t("nav.shifts")}</h1>
          {monday && week && (
            <p class="buttons">
              <button type="button" data-act="week-before" onClick={() => choose(daysLater(monday, -7))}>{t("plan.before")}</button>
              <b data-week={week}>{week}: {plainDay(monday)} – {plainDay(daysLater(monday, 6))}</b>
              <button type="button" data-act="week-after" onClick={() => choose(daysLater(monday, 7))}>{t("plan.after")}</button>
            </p>
          )}
          <p class="muted">{t("plan.rule")}</p>
          <Empty items={openings}>{t("plan.none")}</Empty>
          {here && openings && openings.length > 0 && <Offered openings={openings} zone={here.zone} onDone={reload} />}
          {here && monday && (
            <>
              <Offer key={monday} zone={here.zone} day={monday > here.today ? monday : here.today} onDone={reload} />
              <ByHand zone={here.zone} day={here.today} couriers={here.couriers} />
            </>
          )}
        </section>
        {week && <WeekTemplates week={week} onPublished={reload} />}
        <AskedDaysOff />
        {here && <WorkedHoursOf zone={here.zone} couriers={here.couriers} />}
      </main>
    </PageFrame>
  );
}

interface OfferedProps {
  openings: readonly Opening[];
  zone: string;
  onDone: () => void;
}

function Offered({ openings, zone, onDone }: OfferedProps) {
  return (
    <Table label={t("plan.offered")}
      head={[t("plan.day"), t("plan.hours"), t("plan.wanted"), `=${t("plan.places")}`, t("plan.placed"), t("plan.waiting"), ""]}>
      {openings.map((opening) => (
        <Row key={opening.id} opening={opening} zone={zone} onDone={onDone} />
      ))}
    </Table>
  );
}

/** An act that couriers are told the reason of. */
interface Asked {
  title: string;
  done: string;
  perform: (reason: string) => Promise<unknown>;
}

function Row({ opening, zone, onDone }: { opening: Opening; zone: string; onDone: () => void }) {
  const [busy, act] = useAct();
  const [asked, ask] = useState<Asked | null>(null);
  const { id, from, to, wanted, taken, placed, waiting } = opening;
  const day = plainDay(dayIn(zone, Date.parse(from)));
  const times = `${wallTime(zone, from)}–${wallTime(zone, to)}`;
  const hours = `${day} ${times}`;
  const takeOff = (shift: string, name: string) => ask({
    title: t("plan.takeOff.label", { name, hours }), done: t("plan.takenOff"),
    perform: (reason) => shiftPlan.cancel(shift, reason),
  });
  const withdraw = () => ask({
    title: t("plan.withdraw.label", { hours }), done: t("plan.withdrawn"),
    perform: (reason) => shiftPlan.withdraw(id, reason),
  });
  return (
    <tr data-opening={id}>
      <td>{day}</td>
      <th scope="row">{times}</th>
      <td>{[wanted.zone, wanted.note, wanted.skills.join(", "), wanted.vehicles.join(", ")].filter(Boolean).join(" · ")}</td>
      <td class="amount">{taken} / {wanted.places}</td>
      <td>{placed.map(({ courier_id, name, shift_id }) => (
        <span key={courier_id} data-placed={courier_id}>{name} <button type="button" class="quiet" disabled={busy}
          aria-label={t("plan.takeOff.label", { name, hours })} onClick={() => takeOff(shift_id, name)}>
          {t("plan.takeOff")}</button> </span>
      ))}</td>
      <td>{waiting.map(({ courier_id, name, planned_seconds }, at) => (
        <span key={courier_id} data-waits={courier_id}>{at + 1}. {name} ({span(planned_seconds * 1000)}) </span>
      ))}</td>
      <td>
        <button type="button" disabled={busy} aria-label={t("plan.more.label", { hours })} data-act="more-places"
          onClick={() => void act(() => shiftPlan.change(id, { ...wanted, places: wanted.places + 1 }), t("plan.changed")).then(onDone)}>+1</button>{" "}
        <button type="button" class="quiet" disabled={busy} aria-label={t("plan.withdraw.label", { hours })} data-act="withdraw"
          onClick={withdraw}>{t("plan.withdraw")}</button>
        {asked && <Reason asked={asked} onClose={() => ask(null)}
          onGiven={(reason) => void act(() => asked.perform(reason), asked.done).then(onDone)} />}
      </td>
    </tr>
  );
}

interface ReasonProps {
  asked: Asked;
  onClose: () => void;
  onGiven: (reason: string) => void;
}

function Reason({ asked, onClose, onGiven }: ReasonProps) {
  const [reason, setReason] = useState("");
  return (
    <Modal title={asked.title} submit={t("plan.why.do")} danger disabled={!reason.trim()}
      onClose={onClose} onSubmit={() => onGiven(reason.trim())}>
      <label>{t("plan.why")}<input name="reason" required maxLength={1000} value={reason} autocomplete="off"
        onInput={(event) => setReason(event.currentTarget.value)} /></label>
    </Modal>
  );
}

const Hours = ({ day }: { day: Day }) => (
  <>
    <label>{t("plan.day")}<input type="date" name="day" required defaultValue={day} /></label>
    <label>{t("slots.from")}<input type="time" name="from" required defaultValue="11:30" /></label>
    <label>{t("slots.to")}<input type="time" name="to" required defaultValue="14:00" /></label>
  </>
);

/** What a form with a day and hours means where the co-op is. */
function windowOf(given: FormData, zone: string) {
  const text = (name: string) => String(given.get(name) ?? "");
  return windowIn(zone, text("day"), text("from"), text("to"));
}


/** One shift, offered to whoever may ride it. */
function Offer({ zone, day, onDone }: { zone: string; day: Day; onDone: () => void }) {
  const [busy, act] = useAct();
  const { value: zones } = useLoaded(api.zones);
  return (
    <form class="card fields" data-form="offer-shift" aria-labelledby="offer-shift" onSubmit={(event) => {
      event.preventDefault();
      const given = new FormData(event.currentTarget);
      const window = windowOf(given, zone);
      const words = String(given.get("skills")).split(/[\s,]+/).filter(Boolean);
      const note = String(given.get("note")).trim();
      const zoneOf = String(given.get("zone"));
      const wanted = {
        places: Number(given.get("places")), skills: words, vehicles: given.getAll("vehicle").map(String),
        ...(note ? { note } : {}), ...(zoneOf ? { zone: zoneOf } : {}),
      };
      if (window) void act(() => shiftPlan.offer(window, wanted), t("plan.done")).then(onDone);
      else notify({ tone: "bad", text: t("plan.hours.wrong") });
    }}>
      <h2 id="offer-shift">{t("plan.offer")}</h2>
      <div class="quad"><Hours day={day} />
        <label>{t("plan.places")}<input type="number" name="places" required min={1} max={200} defaultValue="1" /></label></div>
      <div class="pair">
        <label>{t("plan.skills")}<input name="skills" maxLength={300} autocomplete="off" placeholder="cargo, keys" /></label>
        <label>{t("plan.note")}<input name="note" maxLength={1000} autocomplete="off" /></label></div>
      <label>{t("plan.zone")}<select name="zone"><option value="">{t("plan.zone.any")}</option>
        {zones?.items.map(({ name }) => <option key={name} value={name}>{name}</option>)}</select></label>
      <fieldset><legend>{t("plan.vehicles")}</legend>
        {VEHICLE_KINDS.map((kind) => (
          <label key={kind}><input type="checkbox" name="vehicle" value={kind} /> {t(`admin.vehicle.${kind}`)}</label>
        ))}</fieldset>
      <p class="buttons"><button type="submit" class="primary" disabled={busy}>{t("plan.offer.do")}</button></p>
    </form>
  );
}

interface ByHandProps {
  zone: string;
  day: Day;
  couriers: readonly { id: string; name: string }[];
}

/** A shift agreed with somebody; the server keeps to rest and days off. */
function ByHand({ zone, day, couriers }: ByHandProps) {
  const [busy, act] = useAct();
  return (
    <form class="card fields" data-form="plan-shift" aria-labelledby="plan-shift" onSubmit={(event) => {
      event.preventDefault();
      const given = new FormData(event.currentTarget);
      const window = windowOf(given, zone);
      const plan = async ({ after, before }: { after: string; before: string }) => {
        const { warnings = [] } = await shiftPlan.plan(String(given.get("courier")), after, before);
        for (const warning of warnings) notify({ tone: "bad", text: t(`plan.warning.${warning}`) });
      };
      if (window) void act(() => plan(window), t("plan.planned"));
      else notify({ tone: "bad", text: t("plan.hours.wrong") });
    }}>
      <h2 id="plan-shift">{t("plan.byHand")}</h2>
      <div class="quad">
        <label>{t("plan.courier")}<select name="courier" required>
          {couriers.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}</select></label>
        <Hours day={day} /></div>
      <p class="buttons"><button type="submit" class="primary" disabled={busy}>{t("plan.byHand.do")}</button></p>
    </form>
  );
}
