import { useState } from "preact/hooks";
import { VEHICLE_KINDS, vehicles, type Vehicle, type VehicleKind } from "../api/vehicles";
import { fullDay, metres, t } from "../i18n";
import { changeOf, formOf, NEW_VEHICLE, newOf, type VehicleForm } from "../store/fleet";
import { Modal } from "../ui/modal";
import { Empty, Table } from "../ui/table";
import { useAct, useLoaded } from "./use-loaded";

type Asked = { what: "change" | "retire"; vehicle: Vehicle };

/** The co-op's own vehicles: what fits on each, how far it goes, and who rides it now. */
export function Vehicles() {
  const { value, reload } = useLoaded(vehicles.list);
  const [asked, ask] = useState<Asked | null>(null);
  const [busy, act] = useAct();
  const change = ({ id, name }: Vehicle, what: Parameters<typeof vehicles.change>[1]) =>
    void act(() => vehicles.change(id, what), t("fleet.changed", { name: what.name ?? name })).then(reload);
  return (
    <section class="whole" aria-labelledby="vehicles">
      <h2 id="vehicles">{t("fleet.title")}</h2>
      <p class="muted">{t("fleet.text")}</p>
      <Empty items={value?.items ?? null}>{t("fleet.none")}</Empty>
      {value && value.items.length > 0 && (
        <Table label={t("fleet.title")} head={[t("admin.name"), t("admin.kind"), `=${t("fleet.room")}`, `=${t("fleet.range")}`, t("fleet.now"), ""]}>
          {value.items.map((vehicle) => (
            <tr key={vehicle.id} data-vehicle={vehicle.id} data-retired={vehicle.retired_at ? "" : undefined}>
              <th scope="row">{vehicle.name}{vehicle.note && <small class="muted"> {vehicle.note}</small>}</th>
              <td>{t(`admin.vehicle.${vehicle.kind}`)}</td>
              <td class="amount">{t("fleet.load", { litres: vehicle.volume_ml / 1000, kilos: vehicle.weight_g / 1000 })}</td>
              <td class="amount">{vehicle.range_m === undefined ? t("fleet.unlimited") : metres(vehicle.range_m)}</td>
              <td>{nowOf(vehicle)}</td>
              <td>
                <button type="button" data-act="change" disabled={busy} aria-label={t("fleet.change.label", { name: vehicle.name })}
                  onClick={() => ask({ what: "change", vehicle })}>{t("members.change")}</button>{" "}
                {vehicle.retired_at
                  ? <button type="button" data-act="bring-back" disabled={busy} aria-label={t("fleet.back.label", { name: vehicle.name })}
                      onClick={() => change(vehicle, { in_service: true })}>{t("fleet.back")}</button>
                  : <button type="button" data-act="retire" disabled={busy} aria-label={t("fleet.retire.label", { name: vehicle.name })}
                      onClick={() => ask({ what: "retire", vehicle })}>{t("fleet.retire")}</button>}
              </td>
            </tr>
          ))}
        </Table>
      )}
      <NewVehicle onMade={reload} />
      {asked?.what === "change" && <Change key={asked.vehicle.id} vehicle={asked.vehicle} onClose={() => ask(null)}
        onChange={(what) => change(asked.vehicle, what)} />}
      {asked?.what === "retire" && (
        <Modal title={t("fleet.retire.title", { name: asked.vehicle.name })} submit={t("fleet.retire")} danger
          onClose={() => ask(null)} onSubmit={() => change(asked.vehicle, { in_service: false })}>
          <p>{t("fleet.retire.text")}</p>
          {asked.vehicle.ridden_by && <p>{t("fleet.retire.ridden", { who: asked.vehicle.ridden_by.name })}</p>}
        </Modal>
      )}
    </section>
  );
}

function nowOf({ retired_at, ridden_by }: Vehicle): string {
  const parts = [
    ridden_by && t("fleet.ridden", { who: ridden_by.name }),
    retired_at && t("fleet.retired", { day: fullDay(retired_at) }),
  ].filter(Boolean);
  return parts.join(" · ") || t("fleet.free");
}

interface FieldsProps {
  form: VehicleForm;
  set: (parts: Partial<VehicleForm>) => void;
  /** Whether numbers may be left out. */
  fresh?: boolean;
}

function Fields({ form, set, fresh = false }: FieldsProps) {
  const number = (name: "litres" | "kilos" | "kilometres", max: number, required: boolean) => (
    <label>{t(`fleet.${name}`)}<input type="number" name={name} min="0.001" max={max} step="any" required={required}
      value={form[name]} onInput={(event) => set({ [name]: event.currentTarget.value })} /></label>
  );
  return (
    <>
      <label>{t("admin.name")}<input name="name" required maxLength={60} autocomplete="off" value={form.name}
        onInput={(event) => set({ name: event.currentTarget.value })} /></label>
      <label>{t("admin.kind")}<select name="kind" value={form.kind}
        onInput={(event) => set({ kind: event.currentTarget.value as VehicleKind })}>
        {VEHICLE_KINDS.map((kind) => <option key={kind} value={kind}>{t(`admin.vehicle.${kind}`)}</option>)}</select></label>
      <div class="pair">{number("litres", 10_000, !fresh)}{number("kilos", 2_000, !fresh)}</div>
      {number("kilometres", 1_000, false)}
      <label>{t("fleet.note")}<input name="note" maxLength={1000} autocomplete="off" value={form.note}
        onInput={(event) => set({ note: event.currentTarget.value })} /></label>
    </>
  );
}

function NewVehicle({ onMade }: { onMade: () => void }) {
  const [form, setForm] = useState(NEW_VEHICLE);
  const [busy, act] = useAct();
  return (
    <form class="card fields" data-form="new-vehicle" aria-labelledby="new-vehicle" onSubmit={(event) => {
      event.preventDefault();
      void act(() => vehicles.create(newOf(form)), t("admin.made")).then((made) => {
        if (!made) return;
        setForm(NEW_VEHICLE);
        onMade();
      });
    }}>
      <h3 id="new-vehicle">{t("fleet.new")}</h3>
      <Fields form={form} set={(parts) => setForm((before) => ({ ...before, ...parts }))} fresh />
      <p class="muted">{t("fleet.usual")}</p>
      <button type="submit" class="primary" disabled={busy}>{t("admin.make")}</button>
    </form>
  );
}

interface ChangeProps {
  vehicle: Vehicle;
  onClose: () => void;
  onChange: (change: NonNullable<ReturnType<typeof changeOf>>) => void;
}

function Change({ vehicle, onClose, onChange }: ChangeProps) {
  const [form, setForm] = useState(() => formOf(vehicle));
  const change = changeOf(vehicle, form);
  return (
    <Modal title={t("fleet.change.title", { name: vehicle.name })} submit={t("ask.save")} disabled={!change}
      onClose={onClose} onSubmit={() => change && onChange(change)}>
      <Fields form={form} set={(parts) => setForm((before) => ({ ...before, ...parts }))} />
    </Modal>
  );
}
