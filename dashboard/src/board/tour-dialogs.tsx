// What an act on a tour asks first.
import { useState } from "preact/hooks";
import { deliveryCount, plainDay, t } from "../i18n";
import { simulatedNow } from "../store/clock";
import { localDay } from "../store/derive";
import { current } from "../store/store";
import { tourRows } from "../store/tour-rows";
import { addToTour, carryTour, giveTour, makeTour, removeTour, renameTour } from "../store/tours";
import { Modal, type AskProps } from "./modal";
import { ToCourier } from "./to-courier";

const today = () => localDay(new Date(simulatedNow(current().clock)).toISOString());
const tourOf = ({ dialog, board }: AskProps) => board.tours.get(dialog.ids[0] ?? "");

/** Into which tour: a new one, or one that is there. */
export function IntoTour({ dialog, board }: AskProps) {
  const { ids } = dialog;
  const known = tourRows(board, current().minute);
  const [tour, setTour] = useState("");
  const [name, setName] = useState(t("tours.name.usual", { n: known.length + 1 }));
  const [day, setDay] = useState(today());
  const fresh = tour === "";
  return (
    <Modal dialog={dialog} title={t("ask.tour", { what: deliveryCount(ids.length) })} submit={t("ask.tour.submit")}
      disabled={fresh && (!name.trim() || !day)}
      onSubmit={() => void (fresh ? makeTour(name.trim(), day, ids) : addToTour(tour, ids))}>
      {fresh && <label>{t("tours.name")}
        <input required maxLength={200} value={name} data-ask="name"
          onInput={(event) => setName(event.currentTarget.value)} /></label>}
      {fresh && <Day day={day} onDay={setDay} />}
      {known.length > 0 && <label>{t("ask.tour.which")}
        <select value={tour} data-ask="tour" onInput={(event) => setTour(event.currentTarget.value)}>
          <option value="">{t("ask.tour.new")}</option>
          {known.map((row) => <option key={row.tour.id} value={row.tour.id}>
            {row.tour.name} · {plainDay(row.tour.day)}</option>)}
        </select></label>}
    </Modal>
  );
}

function Day({ day, onDay }: { day: string; onDay: (day: string) => void }) {
  return (
    <label>{t("tours.day")}
      <input type="date" required value={day} data-ask="day"
        onInput={(event) => onDay(event.currentTarget.value)} /></label>
  );
}

export function GiveTour(props: AskProps) {
  const tour = tourOf(props);
  if (!tour) return null;
  return <ToCourier {...props} ids={tour.delivery_ids} title={t("ask.tour.give", { tour: tour.name })}
    onPick={(courier) => void giveTour(tour.id, courier)} />;
}

export function NameTour(props: AskProps) {
  const tour = tourOf(props);
  const [name, setName] = useState(tour?.name ?? "");
  if (!tour) return null;
  return (
    <Modal dialog={props.dialog} title={t("ask.tour.name", { tour: tour.name })} submit={t("ask.save")}
      disabled={!name.trim()} onSubmit={() => void renameTour(tour.id, name.trim())}>
      <label>{t("tours.name")}
        <input required maxLength={200} value={name} data-ask="name"
          onInput={(event) => setName(event.currentTarget.value)} /></label>
    </Modal>
  );
}

export function CarryTour(props: AskProps) {
  const tour = tourOf(props);
  const [day, setDay] = useState(today());
  if (!tour) return null;
  return (
    <Modal dialog={props.dialog} title={t("ask.tour.carry", { tour: tour.name })} submit={t("ask.tour.carry.submit")}
      disabled={!day || day === tour.day} onSubmit={() => void carryTour(tour.id, day)}>
      <Day day={day} onDay={setDay} />
      <p class="muted">{t("ask.tour.carry.note")}</p>
    </Modal>
  );
}

export function RemoveTour(props: AskProps) {
  const tour = tourOf(props);
  if (!tour) return null;
  return (
    <Modal dialog={props.dialog} danger title={t("ask.tour.remove", { tour: tour.name })}
      submit={t("ask.tour.remove.submit")} onSubmit={() => void removeTour(tour.id)}>
      <p>{t("ask.tour.remove.note")}</p>
    </Modal>
  );
}
