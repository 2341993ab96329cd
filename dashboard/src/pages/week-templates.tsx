import { useState } from "preact/hooks";
import { shiftPlan, type KeptTemplate, type WeekHours } from "../api/roster";
import { t } from "../i18n";
import { notifyGood } from "../store/actions";
import { weekText } from "../store/slots";
import { Empty } from "../ui/table";
import { useAct, useLoaded } from "./use-loaded";

const WEEK = [1, 2, 3, 4, 5, 6, 7] as const;
/** As the server has it. */
const SPANS_MAX = 100;
const dayName = (day: number) => t(`weekday.${day as (typeof WEEK)[number]}`);

interface SpanForm extends WeekHours {
  places: string;
}

const usual = (): SpanForm => ({ weekdays: [1, 2, 3, 4, 5], from: "11:30", to: "14:00", places: "2" });

/** Weeks as they usually are: published, made, and put away. */
export function WeekTemplates({ week, onPublished }: { week: string; onPublished: () => void }) {
  const { value, reload } = useLoaded(shiftPlan.templates);
  const [busy, act] = useAct();
  const publish = ({ id }: KeptTemplate) => void act(async () => {
    const { made, known, left_out } = await shiftPlan.publish(id, week);
    notifyGood(t("plan.published", { made, known, left_out }));
  }, "").then(onPublished);
  return (
    <section aria-labelledby="templates">
      <h2 id="templates">{t("plan.templates")}</h2>
      <Empty items={value?.items ?? null}>{t("plan.templates.none")}</Empty>
      <ul class="cards">
        {value?.items.map((kept) => (
          <li key={kept.id} class="card line" data-template={kept.id}>
            <span><b>{kept.template.name}</b> <small>{kept.template.spans.map(({ hours, wanted }) =>
              `${weekText(hours.weekdays, dayName)} ${hours.from}–${hours.to} × ${wanted.places}`).join("; ")}
              {kept.template.skips_holidays && ` · ${t("plan.holidays")}`}</small></span>
            <span class="buttons">
              <button type="button" class="primary" disabled={busy} data-act="publish" onClick={() => publish(kept)}>
                {t("plan.publish", { week })}</button>
              <button type="button" class="quiet" disabled={busy} aria-label={t("plan.drop.label", { name: kept.template.name })}
                onClick={() => void act(() => shiftPlan.drop(kept.id), t("plan.dropped")).then(reload)}>{t("plan.drop")}</button>
            </span>
          </li>
        ))}
      </ul>
      <NewTemplate onMade={reload} />
    </section>
  );
}

function NewTemplate({ onMade }: { onMade: () => void }) {
  const [busy, act] = useAct();
  const [name, setName] = useState("");
  const [skips, setSkips] = useState(true);
  const [spans, setSpans] = useState<SpanForm[]>(() => [usual()]);
  const set = (at: number, parts: Partial<SpanForm>) =>
    setSpans((before) => before.map((one, index) => (index === at ? { ...one, ...parts } : one)));
  const fits = name.trim() && spans.every(({ weekdays, from, to, places }) => weekdays.length > 0 && from && to && Number(places) > 0);
  return (
    <form class="card fields" data-form="new-template" aria-labelledby="new-template" onSubmit={(event) => {
      event.preventDefault();
      const wanted = (places: string) => ({ places: Number(places), skills: [], vehicles: [] });
      const template = {
        name: name.trim(), skips_holidays: skips,
        spans: spans.map(({ places, ...hours }) => ({ hours, wanted: wanted(places) })),
      };
      if (fits) void act(() => shiftPlan.make(template), t("admin.made")).then((done) => {
        if (!done) return;
        setName("");
        setSpans([usual()]);
        onMade();
      });
    }}>
      <h3 id="new-template">{t("plan.template.new")}</h3>
      <div class="pair">
        <label>{t("admin.name")}<input name="name" required maxLength={200} value={name} autocomplete="off"
          onInput={(event) => setName(event.currentTarget.value)} /></label>
        <label class="tick"><input type="checkbox" checked={skips} onChange={() => setSkips(!skips)} /> {t("plan.holidays")}</label>
      </div>
      {spans.map((one, at) => (
        <fieldset key={at} class="bare week"><legend>{t("slots.hours", { n: at + 1 })}</legend>
          {WEEK.map((day) => (
            <label key={day} class="tick"><input type="checkbox" checked={one.weekdays.includes(day)} data-weekday={day}
              onChange={() => set(at, { weekdays: one.weekdays.includes(day)
                ? one.weekdays.filter((other) => other !== day) : [...one.weekdays, day].sort() })} /> {dayName(day)}</label>
          ))}
          <label>{t("slots.from")} <input type="time" required value={one.from} onInput={(event) => set(at, { from: event.currentTarget.value })} /></label>
          <label>{t("slots.to")} <input type="time" required value={one.to} onInput={(event) => set(at, { to: event.currentTarget.value })} /></label>
          <label>{t("plan.places")} <input type="number" required min={1} max={200} value={one.places}
            onInput={(event) => set(at, { places: event.currentTarget.value })} /></label>
          {spans.length > 1 && <button type="button" onClick={() => setSpans(spans.filter((_, index) => index !== at))}>
            {t("slots.hours.drop", { n: at + 1 })}</button>}
        </fieldset>
      ))}
      <p><button type="button" disabled={spans.length >= SPANS_MAX} onClick={() => setSpans([...spans, usual()])}>{t("slots.hours.more")}</button></p>
      <p class="buttons"><button type="submit" class="primary" disabled={busy || !fits}>{t("admin.make")}</button></p>
    </form>
  );
}
