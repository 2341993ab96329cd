import type { Delivery } from "../api/types";
import { minutes, t } from "../i18n";
import type { Pace } from "../store/derive";

/** A minute of lateness counts as soon as it has begun: nobody is "0 min late". */
const BEGUN_MS = 59_999;

/** Minutes left or late, in words; `now` in simulated milliseconds. */
export function paceText(delivery: Delivery, pace: Pace, now: number): string {
  const due = Date.parse(delivery.due_at);
  const ended = delivery.ended_at ? Date.parse(delivery.ended_at) : now;
  switch (pace) {
    case "late":
      return t("pace.late", { time: minutes(now - due + BEGUN_MS) });
    case "at_risk":
    case "on_time":
      return t("pace.left", { time: minutes(due - now) });
    case "ended_late":
      return t("pace.delivered_late", { time: minutes(ended - due + BEGUN_MS) });
    case "ended":
      return delivery.state === "delivered" ? t("pace.delivered") : t(`state.${delivery.state}`);
  }
}
