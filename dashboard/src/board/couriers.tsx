import { hourMinute, span, stopCount, t } from "../i18n";
import { search, select } from "../store/actions";
import { fixAgeMs, initials, isStale, once, plain, stops, type Stop } from "../store/derive";
import { seenAt } from "../store/positions";
import type { BoardState, CourierState } from "../store/state";
import { useStore } from "../store/store";
import { SearchIcon, VehicleIcon } from "../ui/icons";
import { WindowList } from "../ui/window-list";
import { IncidentTag } from "./incident-mark";

const ROW_PX = 54;

/** On shift first, then by name. */
const sorted = once((couriers: BoardState["couriers"], text: string) =>
  [...couriers.values()]
    .filter(({ name }) => plain(name).includes(plain(text.trim())))
    .sort((a, b) =>
      Number(b.on_shift) - Number(a.on_shift) || a.name.localeCompare(b.name) ||
      (a.id < b.id ? -1 : 1)),
);

export function Couriers({ board }: { board: BoardState }) {
  const text = useStore((state) => state.text);
  const selected = useStore((state) => state.selected);
  const minute = useStore((state) => state.minute);
  const speed = useStore((state) => state.clock?.speed ?? 1);
  const held = stops(board);
  const items = sorted(board.couriers, text);
  return (
    <div class="pane">
      <label class="search">
        <SearchIcon /><span class="sr">{t("search.couriers")}</span>
        <input type="search" value={text} placeholder={t("search.couriers")}
          onInput={(event) => search(event.currentTarget.value)} />
      </label>
      <WindowList<CourierState>
        id="couriers" label={t("list.couriers")} items={items} keyOf={({ id }) => id}
        rowHeight={ROW_PX} scope={text}
        selected={selected?.kind === "courier" ? selected.id : null}
        onSelect={({ id }) => select({ kind: "courier", id })}
        onOpen={() => document.getElementById("detail")?.focus()}
        onClose={() => select(null)}
        render={(courier) => (
          <CourierRow courier={courier} stops={held.get(courier.id) ?? []} now={minute} speed={speed} />
        )}
        empty={text ? t("empty.filter", { text }) : t("empty.couriers")}
      />
    </div>
  );
}

interface RowProps {
  courier: CourierState;
  stops: Stop[];
  now: number;
  speed: number;
}

function CourierRow({ courier, stops: held, now, speed }: RowProps) {
  const working = courier.on_shift && !courier.paused_at;
  const due = isBreakDue(courier, now);
  const stale = working && isStale(seenAt(courier.id), now, speed);
  return (
    <div class={`courier${courier.on_shift ? "" : " off"}${stale ? " stale" : ""}`}
      data-courier={courier.id} data-break={courier.paused_at ? "on" : due ? "due" : undefined} data-drop-courier={courier.id}>
      <span class={`avatar${held.length > 0 ? " busy" : ""}`} aria-hidden="true">
        {initials(courier.name)}
      </span>
      <span class="courier-name">{courier.name}</span>
      <span class="courier-stops">{courier.on_shift ? stopCount(held.length) : ""}</span>
      <span class="courier-meta">
        <VehicleIcon kind={courier.vehicle} />
        {courier.vehicle_name && `${courier.vehicle_name} · `}{shiftText(courier)}
        <IncidentTag courier={courier.id} />
        {due && <b class="bad-text"> · {t("courier.break.due")}</b>}
      </span>
      <span class="courier-seen">{working ? seenText(courier, now, speed) : ""}</span>
    </div>
  );
}

export function shiftText(courier: CourierState): string {
  if (!courier.on_shift) return t("courier.off");
  if (courier.paused_at) return t("courier.break", { time: hourMinute(courier.paused_at) });
  return courier.shift_to ? t("courier.on", { time: hourMinute(courier.shift_to) })
    : t("courier.on.open");
}

/** Whether the law asks this courier to rest by now. */
export function isBreakDue({ on_shift, paused_at, break_due_at }: CourierState, now: number): boolean {
  return on_shift && !paused_at && !!break_due_at && Date.parse(break_due_at) <= now;
}

export function seenText(courier: CourierState, now: number, speed: number): string {
  const seen = seenAt(courier.id);
  const age = fixAgeMs(seen, now);
  if (age === null) return t("courier.never");
  if (isStale(seen, now, speed)) return t("courier.stale", { time: span(age) });
  return age < 60_000 ? t("courier.now") : t("courier.seen", { time: span(age) });
}
