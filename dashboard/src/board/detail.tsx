import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { select } from "../store/actions";
import type { BoardState } from "../store/state";
import { useStore } from "../store/store";
import { CloseIcon } from "../ui/icons";
import { CourierDetail } from "./courier-detail";
import { DeliveryDetail } from "./delivery-detail";
import { TourDetail } from "./tour-detail";

/** What is selected, beside the list; nothing when nothing is. */
export function Detail({ board }: { board: BoardState }) {
  const selected = useStore((state) => state.selected);
  if (!selected) return null;
  if (selected.kind === "courier") {
    const courier = board.couriers.get(selected.id);
    return courier ? <CourierDetail key={courier.id} board={board} courier={courier} /> : <Gone />;
  }
  if (selected.kind === "tour") {
    const tour = board.tours.get(selected.id);
    return tour ? <TourDetail key={tour.id} board={board} tour={tour} /> : <Gone />;
  }
  const delivery = board.deliveries.get(selected.id);
  return delivery ? <DeliveryDetail key={delivery.id} board={board} delivery={delivery} /> : <Gone />;
}

function Gone() {
  return <DetailFrame title="" kind=""><p class="muted">{t("detail.gone")}</p></DetailFrame>;
}

interface FrameProps {
  kind: string;
  title: ComponentChildren;
  children: ComponentChildren;
}

/** The panel around a selection: Escape or its button closes it and gives the focus back. */
export function DetailFrame({ kind, title, children }: FrameProps) {
  const panel = useRef<HTMLElement>(null);
  const close = () => {
    const inside = panel.current?.contains(document.activeElement);
    select(null);
    if (inside) document.querySelector<HTMLElement>(".list")?.focus();
  };
  useEffect(() => {
    panel.current?.scrollTo({ top: 0 });
  }, []);
  return (
    <section id="detail" class="detail" ref={panel} tabIndex={-1} aria-labelledby="detail-title"
      onKeyDown={(event) => {
        if (event.key === "Escape") close();
      }}>
      <div class="detail-head">
        <p class="detail-kind">{kind}</p>
        <button type="button" class="tool" aria-label={t("detail.close")} title={t("detail.close")}
          onClick={close}><CloseIcon /></button>
        <h2 id="detail-title">{title || t("detail.delivery")}</h2>
      </div>
      {children}
    </section>
  );
}
