// Waiting at the shop: since when, from when on it is paid, and what it pays by now.
import type { RouteStop } from "../../api/types";
import { useCourier } from "../state";
import { waitingAt } from "../waiting";
import { duration, hourMinute, money, t } from "../words";

export function WaitTimer({ stop }: { stop: RouteStop }) {
  const { now } = useCourier();
  const waiting = waitingAt(stop, now);
  if (!waiting) return null;
  const { since, paid } = waiting;
  const runs = paid !== null && now >= paid.from;
  return (
    <div class="waiting" data-wait={paid ? paid.amount.amount : ""} data-from={paid?.from}>
      <p role="timer">{t("wait.since", { time: hourMinute(since), n: duration((now - since) / 1000) })}</p>
      {paid && <p>{runs
        ? t("wait.paid", { time: hourMinute(paid.from), amount: money(paid.amount) })
        : t("wait.free", { time: hourMinute(paid.from) })}</p>}
    </div>
  );
}
