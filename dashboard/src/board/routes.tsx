import { hourMinute, stopCount, t } from "../i18n";
import { select } from "../store/actions";
import { paceOf, routeRows, type RouteRow, type Stop } from "../store/derive";
import type { BoardState } from "../store/state";
import { useStore } from "../store/store";
import { AlertIcon, LockIcon, PointMark, VehicleIcon } from "../ui/icons";
import { WindowList } from "../ui/window-list";
import { seenText, shiftText } from "./couriers";
import { beginDrag, moveStop } from "./drag";

const ROW_PX = 66;

/** Every courier's stops in riding order, one courier a line; the late ones lead. */
export function Routes({ board }: { board: BoardState }) {
  const minute = useStore((state) => state.minute);
  const selected = useStore((state) => state.selected);
  const speed = useStore((state) => state.clock?.speed ?? 1);
  const wanted = useStore((state) => state.filters.courier);
  const items = routeRows(board, minute, wanted);
  return (
    <div class="routes">
      <WindowList<RouteRow>
        id="routes" label={t("routes.label")} items={items} keyOf={({ courier }) => courier.id}
        rowHeight={ROW_PX} scope="" selected={selected?.kind === "courier" ? selected.id : null}
        onSelect={({ courier }) => select({ kind: "courier", id: courier.id })}
        onOpen={() => document.getElementById("detail")?.focus()}
        onClose={() => select(null)}
        render={(row) => <Line row={row} now={minute} speed={speed}
          chosen={selected?.kind === "delivery" ? selected.id : ""} />}
        empty={t("empty.couriers")}
      />
    </div>
  );
}

interface LineProps {
  row: RouteRow;
  now: number;
  speed: number;
  chosen: string;
}

function Line({ row: { courier, stops, late }, now, speed, chosen }: LineProps) {
  return (
    <div class={`line${late > 0 ? " some-late" : ""}`} data-drop-courier={courier.id}>
      <div class="line-head">
        <b class="line-name"><VehicleIcon kind={courier.vehicle} />
          {courier.name}</b>
        <span class="muted">{stopCount(stops.length)}</span>
        {late > 0 ? <span class="bad-text"><AlertIcon />{t("routes.late", { n: late })}</span>
          : <span class="muted">{courier.on_shift && !courier.paused_at ? seenText(courier, now, speed) : shiftText(courier)}</span>}
      </div>
      <div class="line-stops">
        {stops.map((stop) => <Chip key={stop.task.id} courier={courier.id} stop={stop} now={now}
          chosen={stop.delivery.id === chosen} />)}
      </div>
    </div>
  );
}

interface ChipProps {
  courier: string;
  stop: Stop;
  now: number;
  chosen: boolean;
}

function Chip({ courier, stop: { task, delivery }, now, chosen }: ChipProps) {
  const pace = paceOf(delivery, now);
  const state = delivery.state === "picked_up" ? "picked_up" : "assigned";
  const at = hourMinute(task.kind === "pickup" ? delivery.ready_at : delivery.due_at);
  return (
    <span class={`chip-stop pace-${pace}${chosen ? " chosen" : ""}`} data-stop={task.id}
      title={`${t(`task.${task.kind}`)} · ${delivery.merchant_name} · ${at}`}
      onPointerDown={(event) => beginDrag(event,
        () => ({ kind: "stop", courier, task: task.id, delivery: delivery.id }),
        () => `${t(`task.${task.kind}`)} · ${delivery.merchant_name}`)}
      onClick={(event) => {
        event.stopPropagation();
        select({ kind: "delivery", id: delivery.id });
      }}>
      <PointMark kind={task.kind} state={state} late={pace === "late"} />
      <span class="chip-name">{delivery.merchant_name}</span>
      {delivery.desk?.locked && <LockIcon />}
      <b>{at}</b>
    </span>
  );
}

/** The route of a courier as a list whose stops move up and down by keys and buttons. */
export function moveBy(courier: string, stops: readonly Stop[], index: number, by: -1 | 1): void {
  const task = stops[index]?.task.id;
  const passed = stops[index + by];
  if (!task || !passed) return;
  const before = by < 0 ? passed.task.id : (stops[index + 2]?.task.id ?? null);
  moveStop(courier, task, before);
}
