import type { Delivery, Task } from "../api/types";
import { hourMinute, money, t } from "../i18n";
import { select } from "../store/actions";
import { isEnded, paceOf, shortId } from "../store/derive";
import type { BoardState } from "../store/state";
import { useStore } from "../store/store";
import { AlertIcon, PointMark, StateMark } from "../ui/icons";
import { DetailFrame } from "./detail";
import { DeliveryActs } from "./delivery-acts";
import { Handover, Pictures } from "./handover";
import { paceText } from "./pace-text";
import { IncidentLinks } from "./incident-mark";
import { LegTag } from "./leg";
import { Waits } from "./waits";
import { WhyPanel } from "./why";

export function DeliveryDetail({ board, delivery }: { board: BoardState; delivery: Delivery }) {
  const now = useStore((state) => state.minute);
  const pace = paceOf(delivery, now);
  const courier = delivery.courier_id ?? null;
  return (
    <DetailFrame title={delivery.merchant_name}
      kind={`${t("detail.delivery")} ${shortId(delivery.id)}`}>
      <div class={`standing pace-${pace}`}>
        <span class={`badge state-${delivery.state}`}>
          <StateMark state={delivery.state} />{t(`state.${delivery.state}`)}
        </span>
        <span class="standing-pace">
          {(pace === "late" || pace === "at_risk") && <AlertIcon />}
          {paceText(delivery, pace, now)}
        </span>
        <Waits delivery={delivery} />
        <IncidentLinks delivery={delivery.id} />
      </div>
      <dl class="facts">
        <Fact name={t("detail.promise")}>{hourMinute(delivery.due_at)}</Fact>
        <Fact name={t("detail.courier")}>
          {courier
            ? <button type="button" class="as-link" onClick={() => select({ kind: "courier", id: courier })}>
                {delivery.courier_name ?? board.couriers.get(courier)?.name ?? shortId(courier)}
              </button>
            : <Offered board={board} delivery={delivery} />}
        </Fact>
        {delivery.leg && <Fact name={t("detail.leg")}><LegTag delivery={delivery} /></Fact>}
        {delivery.external_reference &&
          <Fact name={t("detail.reference")}>{delivery.external_reference}</Fact>}
        {delivery.price && <Fact name={t("detail.price")}>{money(delivery.price)}</Fact>}
        {delivery.if_undeliverable === "return" && <Fact name={t("detail.if_nobody")}>{t("detail.if_return")}</Fact>}
        {delivery.end_reason && <Fact name={t("detail.reason")}>
          {[delivery.end_reason.code, delivery.end_reason.note].filter(Boolean).join(": ")}
        </Fact>}
      </dl>
      <Timeline delivery={delivery} />
      <h3>{t("detail.tasks")}</h3>
      <ol class="stops">
        {delivery.tasks.map((task) => <TaskItem key={task.id} task={task} delivery={delivery} />)}
      </ol>
      <Pictures delivery={delivery} />
      {delivery.instructions && <><h3>{t("detail.instructions")}</h3><p>{delivery.instructions}</p></>}
      {delivery.packages && delivery.packages.length > 0 && <>
        <h3>{t("detail.packages")}</h3>
        <ul class="plain">
          {delivery.packages.map((line, index) => (
            <li key={index}>{line.quantity} × {line.name}
              {line.weight_g ? <small> {(line.weight_g / 1000).toLocaleString()} kg</small> : null}</li>
          ))}
        </ul>
      </>}
      {delivery.desk?.note && <><h3>{t("desk.note")}</h3><p class="desk-note">{delivery.desk.note}</p></>}
      {delivery.desk && delivery.desk.tags.length > 0 && <p class="tags">
        {delivery.desk.tags.map((word) => <span key={word} class="tag">{word}</span>)}</p>}
      {!isEnded(delivery) && <DeliveryActs delivery={delivery} />}
      <WhyPanel board={board} delivery={delivery} />
    </DetailFrame>
  );
}

export function Fact({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>;
}

function Offered({ board, delivery }: { board: BoardState; delivery: Delivery }) {
  const names = (delivery.offered_to ?? []).map((id) => board.couriers.get(id)?.name ?? shortId(id));
  if (names.length === 0) return <span class="muted">{t("detail.nobody")}</span>;
  return <>{t("detail.offered", { names: names.join(", ") })}</>;
}

/** What has happened so far, in order. */
function Timeline({ delivery }: { delivery: Delivery }) {
  const moments: { name: string; at: string | null | undefined }[] = [
    { name: t("detail.placed"), at: delivery.placed_at },
    { name: t("detail.ready"), at: delivery.ready_at },
    { name: t("detail.assigned"), at: delivery.assigned_at },
    { name: t("detail.picked_up"), at: delivery.picked_up_at },
    ...(delivery.returning_since ? [{ name: t("state.returning"), at: delivery.returning_since }] : []),
    { name: t(delivery.ended_at ? `state.${delivery.state}` : "detail.ended"), at: delivery.ended_at },
  ];
  return (
    <ol class="timeline">
      {moments.map(({ name, at }) => (
        <li key={name} class={at ? "" : "ahead"}><span>{name}</span><b>{at ? hourMinute(at) : "–"}</b></li>
      ))}
    </ol>
  );
}

function TaskItem({ task, delivery }: { task: Task; delivery: Delivery }) {
  const active = delivery.state === "asked" ? "open" : delivery.state === "open" || delivery.state === "assigned" ||
    delivery.state === "picked_up" ? delivery.state : delivery.state === "returning" ? "picked_up" : "none";
  const ended = task.state === "done" || task.state === "failed" || task.state === "cancelled";
  return (
    <li class={`stop${ended ? " past" : ""}`}>
      <PointMark kind={task.kind} state={ended ? "none" : active} />
      <div>
        <p><b>{t(`task.${task.kind}`)}</b> <span class="muted">{t(`task.${task.state}`)}
          {task.ended_at ? ` ${hourMinute(task.ended_at)}` : ""}</span></p>
        <p>{task.address ?? <code>{coordinates(task)}</code>}</p>
        {(task.contact?.name || task.contact?.phone) && <p>
          {task.contact.name} {task.contact.phone &&
            <a href={`tel:${task.contact.phone.replace(/[^+\d]/g, "")}`}>{task.contact.phone}</a>}
        </p>}
        {windowText(task) && <p class="muted">{windowText(task)}</p>}
        <Handover delivery={delivery} task={task} />
        {task.failure && <p class="bad-text">{[task.failure.code, task.failure.note].filter(Boolean).join(": ")}</p>}
      </div>
    </li>
  );
}

export function coordinates({ place }: Pick<Task, "place">): string {
  return `${place.latitude.toFixed(5)}, ${place.longitude.toFixed(5)}`;
}

function windowText(task: Task): string {
  if (task.after && task.before) {
    return t("detail.window", { after: hourMinute(task.after), before: hourMinute(task.before) });
  }
  if (task.after) return t("detail.after", { time: hourMinute(task.after) });
  return task.before ? t("detail.before", { time: hourMinute(task.before) }) : "";
}
