// How a delivery that is split at a hub stands.
import type { Delivery } from "../api/types";
import { t } from "../i18n";
import { shortId } from "../store/derive";
import type { BoardState } from "../store/state";
import { useStore } from "../store/store";
import { AlertIcon } from "../ui/icons";

/** In words: to which hub and for what, or by way of which and where the goods are. */
export function legText(board: BoardState, { id, leg }: Delivery): string {
  if (!leg) return "";
  if (leg.feeds) {
    const fed = board.deliveries.get(leg.feeds);
    return t("leg.to", { hub: leg.hub_name, what: fed?.external_reference ?? shortId(leg.feeds) });
  }
  const goods = t(`leg.goods.${leg.goods ?? "at_sender"}`);
  const first = [...board.deliveries.values()].find((one) => one.leg?.feeds === id && !one.ended_at);
  const name = first?.courier_name;
  return t("leg.via", { hub: leg.hub_name, goods: name ? t("leg.by", { goods, name }) : goods });
}

export function LegTag({ delivery }: { delivery: Delivery }) {
  const board = useStore((state) => state.board);
  if (!board || !delivery.leg) return null;
  const astray = delivery.leg.goods === "astray";
  return (
    <span class={astray ? "delivery-leg bad-text" : "delivery-leg"} data-leg={delivery.leg.goods ?? "to_hub"}>
      {astray && <AlertIcon />}{legText(board, delivery)}</span>
  );
}
