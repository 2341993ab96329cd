import { useMemo, useState } from "preact/hooks";
import type { BoardCourier, Delivery, Place } from "../api/types";
import { metres, stopCount, t } from "../i18n";
import { assign, cancel, unassign } from "../store/actions";
import { metresBetween, stops } from "../store/derive";
import type { BoardState } from "../store/state";

/** Assign, unassign, cancel: only what the delivery's state still allows. */
export function DeliveryActs({ board, delivery }: { board: BoardState; delivery: Delivery }) {
  const [busy, setBusy] = useState(false);
  const during = async (act: Promise<boolean>) => {
    setBusy(true);
    const done = await act;
    setBusy(false);
    return done;
  };
  const movable = delivery.state === "open" || delivery.state === "assigned";
  return (
    <div class="acts" role="group" aria-label={t("act.title")}>
      {movable && <Assign board={board} delivery={delivery} busy={busy} during={during} />}
      {delivery.state === "assigned" && (
        <button type="button" disabled={busy} data-act="unassign"
          onClick={() => void during(unassign(delivery.id))}>{t("act.unassign")}</button>
      )}
      {movable && <Cancel delivery={delivery} busy={busy} during={during} />}
    </div>
  );
}

interface ActProps {
  delivery: Delivery;
  busy: boolean;
  during: (act: Promise<boolean>) => Promise<boolean>;
}

/** Couriers on shift, the free and near ones first. */
function choices(board: BoardState, delivery: Delivery) {
  const held = stops(board);
  const pickup: Place | undefined = delivery.tasks[0]?.place;
  return [...board.couriers.values()]
    .filter(({ on_shift, id }) => on_shift && id !== delivery.courier_id)
    .map((courier: BoardCourier) => ({
      courier,
      count: held.get(courier.id)?.length ?? 0,
      away: courier.place && pickup ? metresBetween(courier.place, pickup) : Infinity,
    }))
    .sort((a, b) => a.count - b.count || a.away - b.away)
    .map(({ courier, count, away }) => ({
      id: courier.id,
      name: courier.name,
      text: [courier.name, stopCount(count), ...(away < Infinity ? [metres(away)] : [])].join(" · "),
    }));
}

function Assign({ board, delivery, busy, during }: ActProps & { board: BoardState }) {
  const [chosen, setChosen] = useState("");
  // The order is kept while the panel is open: a list that moves under the hand picks wrongly.
  const onShift = [...board.couriers.values()].filter((courier) => courier.on_shift).length;
  const options = useMemo(() => choices(board, delivery), [delivery.courier_id, onShift]);
  if (options.length === 0) return <p class="muted">{t("act.assign.none")}</p>;
  return (
    <form class="assign" onSubmit={(event) => {
      event.preventDefault();
      const courier = options.find(({ id }) => id === chosen);
      if (!courier) return;
      void during(assign(delivery.id, courier.id, courier.name)).then((done) => done && setChosen(""));
    }}>
      <select aria-label={t("act.assign.label")} value={chosen} data-act="courier"
        onChange={(event) => setChosen(event.currentTarget.value)}>
        <option value="">{t("act.assign.choose")}</option>
        {options.map(({ id, text }) => <option key={id} value={id}>{text}</option>)}
      </select>
      <button type="submit" class="primary" disabled={busy || !chosen} data-act="assign">
        {t(delivery.state === "assigned" ? "act.reassign" : "act.assign")}
      </button>
    </form>
  );
}

function Cancel({ delivery, busy, during }: ActProps) {
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  if (!asking) {
    return <button type="button" onClick={() => setAsking(true)}>{t("act.cancel")}</button>;
  }
  return (
    <form class="cancel" onSubmit={(event) => {
      event.preventDefault();
      if (reason.trim()) void during(cancel(delivery.id, reason.trim()));
    }}>
      <label>{t("act.cancel.reason")}
        <input required maxLength={200} value={reason} ref={(input) => input?.focus()}
          onInput={(event) => setReason(event.currentTarget.value)} />
      </label>
      <button type="submit" class="danger" disabled={busy || !reason.trim()}>{t("act.cancel.confirm")}</button>
      <button type="button" onClick={() => setAsking(false)}>{t("act.cancel.keep")}</button>
    </form>
  );
}
