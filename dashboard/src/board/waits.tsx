import type { Delivery } from "../api/types";
import { hourMinute, t } from "../i18n";
import { waitsSince } from "../store/derive";

/** Since when a courier stands at the shop's counter. */
export function Waits({ delivery }: { delivery: Delivery }) {
  const since = waitsSince(delivery);
  if (since === null) return null;
  return <span class="tag" data-waits={delivery.id}>{t("board.waits", { time: hourMinute(since) })}</span>;
}
