import { hourMinute, stopCount, t } from "../i18n";
import { select } from "../store/actions";
import { paceOf, stops } from "../store/derive";
import type { BoardState, CourierState } from "../store/state";
import { useStore } from "../store/store";
import { DownIcon, PointMark, UpIcon } from "../ui/icons";
import { isBreakDue, seenText, shiftText } from "./couriers";
import { coordinates, Fact } from "./delivery-detail";
import { DetailFrame } from "./detail";
import { Earned } from "./earned";
import { IncidentLinks } from "./incident-mark";
import { moveBy } from "./routes";

export function CourierDetail({ board, courier }: { board: BoardState; courier: CourierState }) {
  const now = useStore((state) => state.minute);
  const speed = useStore((state) => state.clock?.speed ?? 1);
  const held = stops(board).get(courier.id) ?? [];
  return (
    <DetailFrame kind={t("detail.courier")} title={courier.name}>
      <dl class="facts">
        <Fact name={t("ride.shift")}>{shiftText(courier)}</Fact>
        {isBreakDue(courier, now) && (
          <Fact name={t("courier.break.due")}>
            {t("courier.break.since", { time: hourMinute(courier.break_due_at ?? "") })}</Fact>
        )}
        <Fact name={t("courier.stops")}>{stopCount(held.length)}</Fact>
        <Fact name={courier.vehicle_name ?? t(`admin.vehicle.${courier.vehicle}`)}>
          {courier.on_shift && !courier.paused_at ? seenText(courier, now, speed) : shiftText(courier)}
        </Fact>
      </dl>
      <IncidentLinks courier={courier.id} />
      <Earned courier={courier.id} />
      <h3>{t("courier.route")}</h3>
      {held.length === 0 && <p class="muted">{t("courier.route.none")}</p>}
      <ol class="stops numbered">
        {held.map(({ task, delivery }, index) => {
          const late = paceOf(delivery, now) === "late";
          const state = delivery.state === "picked_up" ? "picked_up" : "assigned";
          return (
            <li key={task.id} class="stop">
              <PointMark kind={task.kind} state={state} late={late} />
              <div>
                <p><b>{t(`task.${task.kind}`)}</b>{" "}
                  <button type="button" class="as-link"
                    onClick={() => select({ kind: "delivery", id: delivery.id })}>
                    {delivery.merchant_name}
                  </button></p>
                <p>{task.address ?? <code>{coordinates(task)}</code>}</p>
                <p class={late ? "bad-text" : "muted"}>
                  {task.kind === "pickup" ? t("detail.ready") : t("detail.promise")}{" "}
                  {hourMinute(task.kind === "pickup" ? delivery.ready_at : delivery.due_at)}
                </p>
              </div>
              <span class="stop-moves">
                <button type="button" class="tool" disabled={index === 0} data-act="up"
                  aria-label={t("routes.up", { what: delivery.merchant_name })}
                  onClick={() => moveBy(courier.id, held, index, -1)}><UpIcon /></button>
                <button type="button" class="tool" disabled={index === held.length - 1} data-act="down"
                  aria-label={t("routes.down", { what: delivery.merchant_name })}
                  onClick={() => moveBy(courier.id, held, index, 1)}><DownIcon /></button>
              </span>
            </li>
          );
        })}
      </ol>
    </DetailFrame>
  );
}
