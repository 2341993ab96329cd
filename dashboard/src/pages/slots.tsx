import { useState } from "preact/hooks";
import { office } from "../api/office";
import type { KeptPlan, Slot } from "../api/office-types";
import type { Merchant } from "../api/types";
import { hourMinute, plainDay, t } from "../i18n";
import { comingDays, emptyPlan, planOf, weekText, type PlanForm, type SpanForm } from "../store/slots";
import { Empty, More, Table } from "../ui/table";
import { coopTime } from "./use-coop-time";
import { useAct, useLoaded, usePages } from "./use-loaded";

const WEEK = [1, 2, 3, 4, 5, 6, 7] as const;
/** Days looked at at once. */
const DAYS_SHOWN = 7;

/** When there are slots: the plans, the places left, and a new plan. */
export function SlotPlans({ merchants }: { merchants: readonly Merchant[] }) {
  const plans = usePages(office.slotPlans);
  const [chosen, choose] = useState("");
  const shops = new Map(merchants.map(({ id, name }) => [id, name]));
  const shown = plans.items?.find(({ id }) => id === chosen);
  return (
    <>
      <Empty items={plans.items}>{t("slots.none")}</Empty>
      <ul class="cards">
        {plans.items?.map((plan) => (
          <li key={plan.id} class="card line" data-plan={plan.id}>
            <span><b>{plan.name}</b> <span class="muted">{plan.merchant_id ? shops.get(plan.merchant_id) : t("invoices.all_merchants")}</span>
              <small>{plan.hours.map(weekly).join("; ")} · {t("slots.each", { minutes: plan.length_minutes, places: plan.capacity })}</small></span>
            <button type="button" aria-expanded={plan.id === chosen} data-act="show-slots"
              aria-label={t("slots.show.label", { name: plan.name })}
              onClick={() => choose(plan.id === chosen ? "" : plan.id)}>{t("slots.show")}</button>
          </li>
        ))}
      </ul>
      <More more={plans.more} />
      {shown && <Coming key={shown.id} plan={shown} />}
      <NewPlan merchants={merchants} onMade={(plan) => {
        plans.reload();
        choose(plan.id);
      }} />
    </>
  );
}

const dayName = (day: number) => t(`weekday.${day as (typeof WEEK)[number]}`);
const weekly = ({ weekdays, from, to }: KeptPlan["hours"][number]) => `${weekText(weekdays, dayName)} ${from}–${to}`;

/** The slots of the days to come, with the places that are left. */
function Coming({ plan }: { plan: KeptPlan }) {
  const [days, setDays] = useState(DAYS_SHOWN);
  const { value } = useLoaded(async () => {
    const { today: first } = await coopTime();
    const coming = comingDays(first, Math.min(days, plan.days_ahead + 1));
    return Promise.all(coming.map(async (day) => ({ day, slots: (await office.slots(plan.id, day)).items })));
  }, String(days));
  const open = value?.filter(({ slots }) => slots.length > 0) ?? null;
  return (
    <div class="card" data-coming={plan.id}>
      <h3>{t("slots.coming", { name: plan.name })}</h3>
      <Empty items={open}>{t("slots.coming.none")}</Empty>
      {open && open.length > 0 && (
        <Table label={t("slots.coming", { name: plan.name })} head={[t("pulse.day"), t("slots.slot"), `=${t("slots.left")}`, t("pay.state")]}>
          {open.flatMap(({ day, slots }) => slots.map((slot) => <SlotRow key={slot.starts_at} day={day} slot={slot} />))}
        </Table>
      )}
      {days <= plan.days_ahead && <p><button type="button" onClick={() => setDays(days + DAYS_SHOWN)}>{t("slots.later")}</button></p>}
    </div>
  );
}

function SlotRow({ day, slot: { starts_at, ends_at, capacity, left, open } }: { day: string; slot: Slot }) {
  const word = !open ? "slots.closed" : left === 0 ? "slots.full" : "slots.open";
  return (
    <tr data-slot={starts_at}><td>{plainDay(day)}</td><th scope="row">{hourMinute(starts_at)}–{hourMinute(ends_at)}</th>
      <td class="amount">{left} / {capacity}</td><td class={left === 0 ? "bad-text" : ""}>{t(word)}</td></tr>
  );
}

interface NewProps {
  merchants: readonly Merchant[];
  onMade: (plan: KeptPlan) => void;
}

/** A week of opening hours, as many spans of them as are needed. */
function NewPlan({ merchants, onMade }: NewProps) {
  const [form, setForm] = useState<PlanForm>(emptyPlan);
  const [merchant, setMerchant] = useState("");
  const [busy, act] = useAct();
  const plan = planOf(form);
  const set = (parts: Partial<PlanForm>) => setForm((before) => ({ ...before, ...parts }));
  const setSpan = (at: number, parts: Partial<SpanForm>) =>
    set({ hours: form.hours.map((span, index) => (index === at ? { ...span, ...parts } : span)) });
  const number = (name: "length_minutes" | "capacity" | "notice_minutes" | "days_ahead", min: number, max: number) => (
    <label>{t(`slots.${name}`)}<input type="number" name={name} required min={min} max={max} step="1" value={form[name]}
      onInput={(event) => set({ [name]: event.currentTarget.value })} /></label>
  );
  return (
    <form class="card fields" data-form="new-plan" aria-labelledby="new-plan" onSubmit={(event) => {
      event.preventDefault();
      if (plan) void act(async () => {
        onMade(await office.createPlan(plan, merchant));
        setForm(emptyPlan);
      }, t("admin.made"));
    }}>
      <h3 id="new-plan">{t("slots.new")}</h3>
      <div class="pair">
        <label>{t("admin.name")}<input name="name" required maxLength={200} value={form.name} autocomplete="off"
          onInput={(event) => set({ name: event.currentTarget.value })} /></label>
        <label>{t("slots.for")}<select value={merchant} onInput={(event) => setMerchant(event.currentTarget.value)}>
          <option value="">{t("invoices.all_merchants")}</option>
          {merchants.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}</select></label>
      </div>
      {form.hours.map((span, at) => (
        <fieldset key={at} class="bare week"><legend>{t("slots.hours", { n: at + 1 })}</legend>
          {WEEK.map((day) => (
            <label key={day} class="tick"><input type="checkbox" checked={span.weekdays.includes(day)} data-weekday={day}
              onChange={() => setSpan(at, { weekdays: span.weekdays.includes(day)
                ? span.weekdays.filter((one) => one !== day) : [...span.weekdays, day].sort() })} /> {dayName(day)}</label>
          ))}
          <label>{t("slots.from")} <input type="time" required value={span.from} data-span="from" onInput={(event) => setSpan(at, { from: event.currentTarget.value })} /></label>
          <label>{t("slots.to")} <input type="time" required value={span.to} data-span="to" onInput={(event) => setSpan(at, { to: event.currentTarget.value })} /></label>
          {form.hours.length > 1 && <button type="button" onClick={() =>
            set({ hours: form.hours.filter((_, index) => index !== at) })}>{t("slots.hours.drop", { n: at + 1 })}</button>}
        </fieldset>
      ))}
      <p><button type="button" disabled={form.hours.length >= HOURS_MAX}
        onClick={() => set({ hours: [...form.hours, { weekdays: [], from: "", to: "" }] })}>{t("slots.hours.more")}</button></p>
      <div class="quad">{number("length_minutes", 5, 1440)}{number("capacity", 1, 10_000)}{number("notice_minutes", 0, 10_080)}{number("days_ahead", 0, 90)}</div>
      <div class="pair">
        <label>{t("slots.same_day_until")}<input type="time" value={form.same_day_until}
          onInput={(event) => set({ same_day_until: event.currentTarget.value })} /></label>
        <label>{t("slots.closed_on")}<input value={form.closed} placeholder="2026-12-25, 2027-01-01"
          onInput={(event) => set({ closed: event.currentTarget.value })} /></label>
      </div>
      <p class="buttons"><button type="submit" class="primary" disabled={busy || !plan}>{t("admin.make")}</button></p>
      {!plan && <p class="muted">{t("slots.missing")}</p>}
    </form>
  );
}

/** As the server has it. */
const HOURS_MAX = 50;
