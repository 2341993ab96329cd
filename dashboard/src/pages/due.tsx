import { fullDay, t } from "../i18n";
import { dueClock } from "../store/inbox";
import { useCoopTime } from "./use-coop-time";

/** Until when an answer is due, in words and by colour. */
export function DueWords({ due_at }: { due_at: string }) {
  const time = useCoopTime();
  if (!time) return <span class="due">{t("reviews.due", { day: fullDay(due_at) })}</span>;
  const { state, days, hours } = dueClock(due_at, time.now);
  const left = days > 0 ? t(days === 1 ? "reviews.day" : "reviews.days", { n: days }) : t("time.h", { h: hours, m: "00" });
  return (
    <span class={`due due-${state}`} data-due={state}>
      {t(state === "overdue" ? "reviews.overdue" : "reviews.left", { time: left })}
      {" · "}{t("reviews.due", { day: fullDay(due_at) })}
    </span>
  );
}
