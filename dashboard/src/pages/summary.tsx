import { useState } from "preact/hooks";
import { api } from "../api/http";
import { summary, type Summary } from "../api/earnings";
import { office } from "../api/office";
import { fullDay, money, t } from "../i18n";
import { PageFrame } from "./page-frame";
import { useLoaded } from "./use-loaded";

const DAY_MS = 86_400_000;
const SPANS_DAYS = [7, 28, 91, 365];

async function load(days: number): Promise<{ told: Summary; currency: string }> {
  const [{ now }, { coop }] = await Promise.all([api.clock(), office.rules()]);
  const from = new Date(Date.parse(now) - days * DAY_MS).toISOString();
  return { told: await summary(from, now), currency: coop.currency };
}

/** Sums over all couriers, for who represents them: how they work and are paid, and nobody by name. */
export function SummaryPage() {
  const [days, setDays] = useState(28);
  const { value } = useLoaded(() => load(days), String(days));
  return (
    <PageFrame ready={value !== null} office>
      <main class="sheet">
        <h1>{t("nav.summary")}</h1>
        <p class="muted">{t("summary.text")}</p>
        <div class="choices" role="group" aria-label={t("pulse.span")}>
          {SPANS_DAYS.map((span) => (
            <button key={span} type="button" class="chip" aria-pressed={span === days} data-days={span}
              onClick={() => setDays(span)}>{t("pulse.days_n", { n: span })}</button>
          ))}
        </div>
        {!value && <p class="muted empty" role="status">{t("app.loading")}</p>}
        {value && <Sums {...value} />}
      </main>
    </PageFrame>
  );
}

function Sums({ told: { from, to, people_min, summary: sums }, currency }: { told: Summary; currency: string }) {
  const amount = (minor: number | null) => (minor === null ? "–" : money({ amount: minor, currency }));
  return (
    <>
      <p>{t("summary.span", { from: fullDay(from), to: fullDay(to) })}</p>
      {!sums && <p class="muted" data-summary="few">{t("summary.few", { n: people_min })}</p>}
      {sums && (
        <dl class="facts" data-summary={sums.couriers}>
          <dt>{t("summary.couriers")}</dt><dd>{sums.couriers}</dd>
          <dt>{t("summary.shifts")}</dt><dd>{sums.shifts}</dd>
          <dt>{t("summary.hours")}</dt><dd>{t("summary.hours_n", { n: Math.round(sums.paid_seconds / 3600) })}</dd>
          <dt>{t("summary.pay")}</dt><dd>{amount(sums.pay)}</dd>
          <dt>{t("summary.median")}</dt><dd>{amount(sums.pay_per_hour_median)}</dd>
          <dt>{t("summary.offers")}</dt><dd>{sums.offers}</dd>
          <dt>{t("summary.reviews")}</dt>
          <dd>{t("summary.reviews_n", {
            opened: sums.reviews_opened, changed: sums.reviews_changed, overdue: sums.reviews_overdue,
          })}</dd>
          <dt>{t("summary.suspensions")}</dt><dd>{sums.suspensions}</dd>
        </dl>
      )}
    </>
  );
}
