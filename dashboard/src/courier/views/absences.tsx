// When the courier cannot work: days off, and hours of the week.
import { useEffect, useState } from "preact/hooks";
import { roster, type AvailabilityRule, type DaysOff } from "../../api/roster";
import { useCourier } from "../state";
import { notify, said } from "../work";
import { t } from "../words";

const WEEK = [1, 2, 3, 4, 5, 6, 7] as const;
const dayName = (day: number) => t(`weekday.${day as (typeof WEEK)[number]}`);

export function Absences() {
  const { online } = useCourier();
  const [daysOff, setDaysOff] = useState<DaysOff[] | undefined>(undefined);
  const [rules, setRules] = useState<AvailabilityRule[] | undefined>(undefined);
  const failed = (error: unknown) => notify("bad", said(error));
  const look = () => Promise.all([roster.daysOff(), roster.availability()]).then(([days, week]) => {
    setDaysOff(days.items.filter(({ state }) => state !== "withdrawn"));
    setRules(week.rules);
  }, failed);
  useEffect(() => {
    if (online) void look();
  }, [online]);
  const ask = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const given = new FormData(form);
    const note = String(given.get("note")).trim();
    const days = { first: String(given.get("first")), last: String(given.get("last")), ...(note ? { note } : {}) };
    void roster.askDaysOff(days).then(() => {
      form.reset();
      notify("good", t("daysOff.sent"));
    }, failed).then(look);
  };
  const keep = (fresh: AvailabilityRule[]) =>
    void roster.setAvailability(fresh).then(() => notify("good", t("week.kept")), failed).then(look);
  const add = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const given = new FormData(form);
    const hours = { weekdays: [Number(given.get("day"))], from: String(given.get("from")), to: String(given.get("to")) };
    keep([...(rules ?? []), { hours, available: given.get("available") === "yes" }]);
    form.reset();
  };
  return (
    <>
      <section class="panel" aria-labelledby="off-title">
        <h2 id="off-title">{t("daysOff.title")}</h2>
        <ul class="lines">
          {daysOff?.map(({ id, first, last, state, reason }) => (
            <li key={id} data-days-off={state}>
              <p class="line"><span>{first === last ? first : `${first} – ${last}`}</span><b>{t(`daysOff.${state}`)}</b></p>
              {reason && <p class="quiet">{reason}</p>}
              {(state === "asked" || state === "granted") && (
                <button type="button" class="plain" disabled={!online} data-act="days-off-withdraw"
                  onClick={() => void roster.withdrawDaysOff(id).then(() => notify("good", t("daysOff.gone")), failed).then(look)}>
                  {t("daysOff.withdraw")}</button>
              )}
            </li>
          ))}
        </ul>
        <details>
          <summary data-act="days-off">{t("daysOff.new")}</summary>
          <form onSubmit={ask}>
            <label>{t("daysOff.first")}<input type="date" name="first" required /></label>
            <label>{t("daysOff.last")}<input type="date" name="last" required /></label>
            <label>{t("daysOff.note")}<input name="note" maxLength={1000} autocomplete="off" /></label>
            <button type="submit" class="act second" disabled={!online}>{t("daysOff.ask")}</button>
          </form>
        </details>
      </section>
      <section class="panel" aria-labelledby="week-title">
        <h2 id="week-title">{t("week.title")}</h2>
        <p class="quiet">{t("week.text")}</p>
        <ul class="lines">
          {rules?.map(({ hours, available }, at) => (
            <li key={at} data-rule={available ? "can" : "cannot"}>
              <p class="line"><span>{hours.weekdays.map(dayName).join(", ")} {hours.from}–{hours.to}</span>
                <b>{t(available ? "week.can" : "week.cannot")}</b></p>
              <button type="button" class="plain" disabled={!online}
                onClick={() => keep(rules.filter((_, index) => index !== at))}>{t("week.drop")}</button>
            </li>
          ))}
        </ul>
        <details>
          <summary data-act="week">{t("week.new")}</summary>
          <form onSubmit={add}>
            <label>{t("week.day")}<select name="day">
              {WEEK.map((day) => <option key={day} value={day}>{dayName(day)}</option>)}</select></label>
            <label>{t("week.from")}<input type="time" name="from" required /></label>
            <label>{t("week.to")}<input type="time" name="to" required /></label>
            <label>{t("week.what")}<select name="available">
              <option value="no">{t("week.cannot")}</option><option value="yes">{t("week.can")}</option></select></label>
            <button type="submit" class="act second" disabled={!online}>{t("week.add")}</button>
          </form>
        </details>
      </section>
    </>
  );
}
