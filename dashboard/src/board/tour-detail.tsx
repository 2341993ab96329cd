import type { Tour } from "../api/tour";
import { dayTime, hourMinute, plainDay, t } from "../i18n";
import { ask, select } from "../store/actions";
import { paceOf, type Stop } from "../store/derive";
import type { BoardState } from "../store/state";
import { useStore } from "../store/store";
import { movedStop, tourRow } from "../store/tour-rows";
import { orderTour, takeOut, takeTourBack } from "../store/tours";
import { CloseIcon, DownIcon, PointMark, UpIcon } from "../ui/icons";
import { coordinates, Fact } from "./delivery-detail";
import { DetailFrame } from "./detail";
import { beginDrag } from "./drag";
import { sums } from "./tours";

/** A tour: its stops in riding order, and what can be done with all of it. */
export function TourDetail({ board, tour }: { board: BoardState; tour: Tour }) {
  const now = useStore((state) => state.minute);
  const row = tourRow(board, tour.id, now);
  if (!row) return null;
  const { stops, couriers, open } = row;
  const held = couriers.map(({ name }) => name).join(", ");
  return (
    <DetailFrame kind={t("detail.tour")} title={tour.name}>
      <dl class="facts">
        <Fact name={t("tours.day")}>{plainDay(tour.day)}</Fact>
        <Fact name={t("detail.courier")}>{held || t("detail.nobody")}
          {held && open > 0 && ` · ${t("tours.open", { n: open })}`}</Fact>
        <Fact name={t("tours.sums")}>{sums(row).join(" · ")}</Fact>
        <Fact name={t("tours.changed")}>{dayTime(tour.changed_at)}, {tour.changed_by}</Fact>
      </dl>
      <div class="tour-acts" role="group" aria-label={t("act.title")}>
        <button type="button" class="primary" data-tour-act="give" aria-keyshortcuts="m"
          onClick={() => ask("tour-give", [tour.id])}>{t("tours.give")}</button>
        <button type="button" data-tour-act="take-back" aria-keyshortcuts="u" disabled={couriers.length === 0}
          onClick={() => void takeTourBack(tour.id)}>{t("tours.take_back")}</button>
        <button type="button" data-tour-act="name" aria-keyshortcuts="n"
          onClick={() => ask("tour-name", [tour.id])}>{t("tours.rename")}</button>
        <button type="button" data-tour-act="carry" aria-keyshortcuts="r" disabled={open === 0}
          onClick={() => ask("tour-carry", [tour.id])}>{t("tours.carry")}</button>
        <button type="button" class="danger" data-tour-act="remove" aria-keyshortcuts="Delete"
          onClick={() => ask("tour-remove", [tour.id])}>{t("tours.remove")}</button>
      </div>
      <h3>{t("tours.stops")}</h3>
      {stops.length === 0 && <p class="muted">{t("tours.stops.none")}</p>}
      <ol class="stops numbered" data-drop-tour={tour.id}>
        {stops.map((stop, index) => (
          <TourStop key={stop.task.id} tour={tour} stop={stop} now={now}
            above={stops[index - 1] ?? null} below={stops[index + 1] ?? null} beyond={stops[index + 2] ?? null} />
        ))}
      </ol>
    </DetailFrame>
  );
}

interface TourStopProps {
  tour: Tour;
  stop: Stop;
  now: number;
  above: Stop | null;
  below: Stop | null;
  beyond: Stop | null;
}

function TourStop({ tour, stop: { task, delivery }, now, above, below, beyond }: TourStopProps) {
  const late = paceOf(delivery, now) === "late";
  const state = delivery.state === "picked_up" ? "picked_up" : delivery.courier_id ? "assigned" : "open";
  const what = `${t(`task.${task.kind}`)}, ${delivery.merchant_name}`;
  const move = (before: Stop | null) => void orderTour(tour.id, movedStop(tour, task.id, before?.task.id ?? null));
  return (
    <li class="stop" data-tour-stop={task.id}
      onPointerDown={(event) => beginDrag(event,
        () => ({ kind: "tour-stop", tour: tour.id, task: task.id, delivery: delivery.id }), () => what)}>
      <PointMark kind={task.kind} state={state} late={late} />
      <div>
        <p><b>{t(`task.${task.kind}`)}</b>{" "}
          <button type="button" class="as-link"
            onClick={() => select({ kind: "delivery", id: delivery.id })}>{delivery.merchant_name}</button></p>
        <p>{task.address ?? <code>{coordinates(task)}</code>}</p>
        <p class={late ? "bad-text" : "muted"}>
          {task.kind === "pickup" ? t("detail.ready") : t("detail.promise")}{" "}
          {hourMinute(task.kind === "pickup" ? delivery.ready_at : delivery.due_at)}
        </p>
      </div>
      <span class="stop-moves">
        <button type="button" class="tool" disabled={!above} data-act="up"
          aria-label={t("routes.up", { what })} onClick={() => move(above)}><UpIcon /></button>
        <button type="button" class="tool" disabled={!below} data-act="down"
          aria-label={t("routes.down", { what })} onClick={() => move(beyond)}><DownIcon /></button>
        <button type="button" class="tool" data-act="out" title={t("tours.out")}
          aria-label={`${t("tours.out")}: ${delivery.merchant_name}`}
          onClick={() => void takeOut(tour.id, [delivery.id])}><CloseIcon /></button>
      </span>
    </li>
  );
}
