import { api } from "../api/http";
import type { Delivery } from "../api/types";
import { t } from "../i18n";
import { ask, notifyError } from "../store/actions";
import { join, unassign } from "../store/acts";

/** Accept for a kitchen, assign, unassign, cancel, send back: only what the delivery's state still allows. The bar has the rest. */
export function DeliveryActs({ delivery }: { delivery: Delivery }) {
  const ids = [delivery.id];
  const movable = delivery.state === "open" || delivery.state === "assigned";
  if (delivery.state === "asked") {
    return (
      <div class="acts" role="group" aria-label={t("act.title")}>
        <button type="button" class="primary" data-act="accept"
          onClick={() => void api.accept(delivery.id).catch(notifyError)}>{t("shop.accept")}</button>
        <button type="button" data-act="cancel" onClick={() => ask("cancel", ids)}>
          {t("act.cancel")}</button>
      </div>
    );
  }
  if (delivery.state === "picked_up") {
    return (
      <div class="acts" role="group" aria-label={t("act.title")}>
        <button type="button" data-act="return" onClick={() => ask("return", ids)}>{t("act.return")}</button>
      </div>
    );
  }
  if (!movable) return null;
  return (
    <div class="acts" role="group" aria-label={t("act.title")}>
      <button type="button" class="primary" data-act="move" onClick={() => ask("move", ids)}>
        {t(delivery.state === "assigned" ? "act.reassign" : "act.assign")}</button>
      {delivery.state === "assigned" && <button type="button" data-act="unassign"
        onClick={() => void unassign(ids)}>{t("act.unassign")}</button>}
      {(delivery.leg?.goods === "at_sender" || delivery.leg?.goods === "astray") && <button type="button"
        data-act="join" onClick={() => void join(delivery.id)}>{t("act.join")}</button>}
      <button type="button" data-act="cancel" onClick={() => ask("cancel", ids)}>
        {t("act.cancel")}</button>
    </div>
  );
}
