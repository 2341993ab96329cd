import { metres, minutes, plainDay, stopCount, t } from "../i18n";
import { select } from "../store/actions";
import type { BoardState } from "../store/state";
import { useStore } from "../store/store";
import { tourRows, type TourRow } from "../store/tour-rows";
import { AlertIcon, BikeIcon } from "../ui/icons";
import { WindowList } from "../ui/window-list";
import { beginDrag } from "./drag";

const ROW_PX = 74;

/** Tours by day: what each still has to be ridden, how far that is, and with whom it is. */
export function Tours({ board }: { board: BoardState }) {
  const minute = useStore((state) => state.minute);
  const selected = useStore((state) => state.selected);
  return (
    <div class="pane">
      <p class="muted tours-hint">{t("tours.hint")}</p>
      <WindowList<TourRow>
        id="tours" label={t("tab.tours")} items={tourRows(board, minute)} keyOf={({ tour }) => tour.id}
        rowHeight={ROW_PX} scope="" selected={selected?.kind === "tour" ? selected.id : null}
        onSelect={({ tour }) => select({ kind: "tour", id: tour.id })}
        onPress={({ tour }, event) => beginDrag(event, () => ({ kind: "tour", id: tour.id }), () => tour.name)}
        onOpen={() => document.getElementById("detail")?.focus()}
        onClose={() => select(null)}
        render={(row) => <Line row={row} />}
        empty={t("empty.tours")}
      />
    </div>
  );
}

function Line({ row: { tour, stops, couriers, open, late, ...load } }: { row: TourRow }) {
  return (
    <div class={`tour${late > 0 ? " some-late" : ""}`} data-tour={tour.id} data-drop-tour={tour.id}>
      <b class="tour-name">{tour.name}</b>
      <span class="tour-day">{plainDay(tour.day)}</span>
      <span class="tour-with">{couriers.length > 0 && <BikeIcon />}
        {couriers.map(({ name }) => name).join(", ") || t("detail.nobody")}
        {couriers.length > 0 && open > 0 && ` · ${t("tours.open", { n: open })}`}</span>
      <span class="tour-late">{late > 0 && <><AlertIcon />{t("routes.late", { n: late })}</>}</span>
      <span class="tour-sums muted">{sums({ tour, stops, ...load }).join(" · ")}</span>
    </div>
  );
}

type Sums = Pick<TourRow, "tour" | "stops" | "parcels" | "volume_ml" | "weight_g">;

/** Stops that are left, what is carried, how far and how long: what is unknown is left out. */
export function sums({ tour, stops, parcels, volume_ml, weight_g }: Sums): string[] {
  const whole = (thousandths: number) => Math.ceil(thousandths / 1000);
  return [
    stopCount(stops.length),
    ...(parcels > 0 ? [t("tours.parcels", { n: parcels })] : []),
    ...(volume_ml > 0 ? [t("tours.litres", { n: whole(volume_ml) })] : []),
    ...(weight_g > 0 ? [t("tours.kilos", { n: whole(weight_g) })] : []),
    metres(tour.ride_m),
    minutes(tour.time_s * 1000),
  ];
}
