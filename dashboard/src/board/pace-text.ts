import type { Delivery } from "../api/types";
import { minutes, t } from "../i18n";
import type { Pace } from "../store/derive";

/** Minutes left or late, in words; `now` in simulated milliseconds. */
export function paceText(delivery: Delivery, pace: Pace, now: number): string {
  const due = Date.parse(delivery.due_at);
  switch (pace) {
    case "late":
      return t("pace.late", { time: minutes(now - due) });
    case "at_risk":
    case "on_time":
      return t("pace.left", { time: minutes(due - now) });
    case "ended_late":
      return t("pace.delivered_late", { time: minutes(Date.parse(delivery.ended_at ?? "") - due) });
    case "ended":
      return delivery.state === "delivered" ? t("pace.delivered") : t(`state.${delivery.state}`);
  }
}
