import { useEffect, useState } from "preact/hooks";
import { api } from "../api/http";
import type { Pulse } from "../api/types";
import { dayOf, hourMinute, span, t } from "../i18n";
import { notifyError } from "../store/actions";
import { columns, csvOf, everyHour } from "../store/hours";
import { BoxPlot, HourBars } from "../ui/charts";
import { PageFrame } from "./page-frame";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const REFRESH_MS = 30_000;

/** The last hours or days, or one day of the calendar. */
type Span = { kind: "last"; ms: number } | { kind: "day"; day: string };

/** From and to in milliseconds; a day is one of the browser's time zone. */
function limits(wanted: Span, now: number): [from: number, to: number] {
  if (wanted.kind === "last") return [now - wanted.ms, now];
  const from = new Date(`${wanted.day}T00:00`).getTime();
  return [from, Math.min(now, from + DAY_MS)];
}

/** How the co-op does: what waits, how late, who earned what; now or on a day gone by. */
export function PulsePage() {
  const [wanted, want] = useState<Span>({ kind: "last", ms: DAY_MS });
  const [pulse, setPulse] = useState<Pulse | null>(null);
  useEffect(() => {
    let gone = false;
    const load = async () => {
      try {
        const now = Date.parse((await api.clock()).now);
        const [from, to] = limits(wanted, now).map((at) => new Date(at).toISOString());
        const fresh = from && to ? await api.pulse(from, to) : null;
        if (!gone) setPulse(fresh);
      } catch (error) {
        if (!gone) notifyError(error);
      }
    };
    void load();
    const again = wanted.kind === "last" ? setInterval(() => void load(), REFRESH_MS) : undefined;
    return () => {
      gone = true;
      clearInterval(again);
    };
  }, [wanted]);
  return (
    <PageFrame ready={pulse !== null} office>
      <main class="sheet">
        <h1>{t("nav.pulse")}</h1>
        <div class="choices" role="group" aria-label={t("pulse.span")}>
          {[6 * HOUR_MS, DAY_MS, 7 * DAY_MS].map((ms) => (
            <button key={ms} type="button" class="chip" onClick={() => want({ kind: "last", ms })}
              aria-pressed={wanted.kind === "last" && wanted.ms === ms}>{t("pulse.last", { time: lasting(ms) })}</button>
          ))}
          <label>{t("pulse.day")} <input type="date" value={wanted.kind === "day" ? wanted.day : ""}
            onChange={({ currentTarget: { value } }) => value && want({ kind: "day", day: value })} /></label>
          <button type="button" disabled={!pulse} data-act="export"
            onClick={() => pulse && save(pulse)}>{t("pulse.export")}</button>
        </div>
        {pulse && <Figures pulse={pulse} />}
      </main>
    </PageFrame>
  );
}

const lasting = (ms: number) =>
  ms < 2 * DAY_MS ? t("pulse.hours_n", { n: ms / HOUR_MS }) : t("pulse.days_n", { n: ms / DAY_MS });
const seconds = (s: number | null) => (s === null ? "–" : s < 0 ? `−${span(-s * 1000)}` : span(s * 1000));

function Figures({ pulse }: { pulse: Pulse }) {
  const { lateness, work, health } = pulse;
  const hours = everyHour(pulse);
  const sum = (pick: (hour: (typeof hours)[number]) => number) => hours.reduce((all, hour) => all + pick(hour), 0);
  const delivered = sum((hour) => hour.delivered);
  const onTime = delivered === 0 ? "–" : percent(1 - sum((hour) => hour.late) / delivered);
  const { hourly_lowest, hourly_q1, hourly_median, hourly_q3, hourly_highest } = work;
  return (
    <>
      <dl class="tiles">
        {tile("placed", sum((hour) => hour.placed))}
        {tile("delivered", delivered)}
        {tile("on_time", onTime)}
        {tile("median", seconds(lateness.median_s))}
        {tile("p90", seconds(lateness.p90_s))}
        {tile("used", work.present_s === 0 ? "–" : percent(work.busy_s / work.present_s))}
        {tile("ended_badly", sum((hour) => hour.failed + hour.cancelled))}
      </dl>
      <h2>{t("pulse.hours")}</h2>
      <p class="muted chart-key"><i class="key key-open" />{t("pulse.placed")} <i class="key key-done" />
        {t("pulse.delivered")} <i class="key key-late" />{t("pulse.late")}</p>
      <HourBars hours={hours} />
      <details>
        <summary>{t("pulse.table")}</summary>
        <HourTable hours={hours} />
      </details>
      <h2>{t("pulse.hourly")}</h2>
      {hourly_lowest === null || hourly_q1 === null || hourly_median === null || hourly_q3 === null || hourly_highest === null
        ? <p class="muted">{t("pulse.hourly.none")}</p>
        : <BoxPlot lowest={hourly_lowest} q1={hourly_q1} median={hourly_median} q3={hourly_q3}
            highest={hourly_highest} currency={pulse.currency} />}
      <h2>{t("pulse.now")}</h2>
      <dl class="tiles">
        {tile("open", health.open)}
        {tile("open_oldest", seconds(health.open_oldest_s))}
        {tile("books", t(health.books_balance ? "pulse.books.good" : "pulse.books.bad"), !health.books_balance)}
        {tile("signed", health.books_signed_at ? hourMinute(health.books_signed_at) : "–")}
        {tile("webhooks", t("pulse.webhooks.of", {
          failing: health.webhooks_failing, disabled: health.webhooks_disabled, all: health.webhooks,
        }), health.webhooks_failing + health.webhooks_disabled > 0)}
        {tile("waiting", health.messages_waiting)}
        {tile("reviews", health.reviews_overdue, health.reviews_overdue > 0)}
        {tile("decided", health.decided_at ? hourMinute(health.decided_at) : "–")}
      </dl>
    </>
  );
}

type TileName = "placed" | "delivered" | "on_time" | "median" | "p90" | "used" | "ended_badly" | "open" |
  "open_oldest" | "books" | "signed" | "webhooks" | "waiting" | "reviews" | "decided";

function tile(name: TileName, value: string | number, bad = false) {
  return (
    <div class={`tile${bad ? " bad" : ""}`} data-tile={name}>
      <dt>{t(`pulse.tile.${name}`)}</dt><dd>{value}</dd>
    </div>
  );
}

const percent = (share: number) => `${Math.round(share * 100)} %`;

function HourTable({ hours }: { hours: Pulse["hours"] }) {
  return (
    <table>
      <caption class="sr">{t("pulse.hours")}</caption>
      <thead><tr><th scope="col">{t("pulse.hour")}</th>
        {columns.map((column) => <th key={column} scope="col">{t(`pulse.${column}`)}</th>)}</tr></thead>
      <tbody>
        {hours.map((hour) => (
          <tr key={hour.at}><th scope="row">{dayOf(Date.parse(hour.at))} {hourMinute(hour.at)}</th>
            {columns.map((column) => <td key={column}>{hour[column]}</td>)}</tr>
        ))}
      </tbody>
    </table>
  );
}

function save(pulse: Pulse): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([csvOf(pulse)], { type: "text/csv" }));
  link.download = `pulse-${pulse.from.slice(0, 10)}-${pulse.to.slice(0, 10)}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}
