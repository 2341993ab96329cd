import { deliveryCount, hourMinute, t } from "../i18n";
import { mark, search, select, showFilter } from "../store/actions";
import { rows, shortId, tally, type Row, type Tally } from "../store/derive";
import type { BoardState, Filter } from "../store/state";
import { current, useStore } from "../store/store";
import { AlertIcon, LockIcon, SearchIcon, StateMark } from "../ui/icons";
import { WindowList } from "../ui/window-list";
import { beginDrag, type Dragged } from "./drag";
import { FilterBar } from "./filters";
import { paceText } from "./pace-text";
import { IncidentTag } from "./incident-mark";
import { LegTag } from "./leg";
import { Waits } from "./waits";

const ROW_PX = 54;
const states: Filter[] = ["active", "late", "asked", "open", "assigned", "picked_up", "returning", "done"];
/** States that are rare: their chips are there while there are any. */
const rare = new Set<Filter>(["asked", "returning"]);

function sizeOf(filter: Filter, n: Tally): number {
  switch (filter) {
    case "active":
      return n.asked + n.open + n.assigned + n.picked_up + n.returning;
    case "late":
      return n.late + n.at_risk;
    case "done":
      return n.delivered + n.returned + n.failed + n.cancelled;
    case "asked":
    case "open":
    case "assigned":
    case "picked_up":
    case "returning":
      return n[filter];
  }
}

export function Deliveries({ board }: { board: BoardState }) {
  const filter = useStore((state) => state.filter);
  const text = useStore((state) => state.text);
  const minute = useStore((state) => state.minute);
  const selected = useStore((state) => state.selected);
  const filters = useStore((state) => state.filters);
  const marked = useStore((state) => state.marked);
  const zones = useStore((state) => state.zones);
  const items = rows(board, minute, filter, text, filters, zones);
  const sizes = tally(board, minute);
  return (
    <div class="pane">
      <div class="filters" role="group" aria-label={t("filter.label")}>
        {states.filter((name) => !rare.has(name) || sizeOf(name, sizes) > 0 || filter === name).map((name) => (
          <button key={name} type="button" class="chip" aria-pressed={name === filter}
            data-filter={name} data-drop-open={name === "open" ? "" : undefined} onClick={() => showFilter(name)}>
            {t(`filter.${name}`)} <b>{sizeOf(name, sizes)}</b>
          </button>
        ))}
      </div>
      <label class="search">
        <SearchIcon /><span class="sr">{t("search.label")}</span>
        <input type="search" value={text} placeholder={t("search.placeholder")}
          onInput={(event) => search(event.currentTarget.value)} />
      </label>
      <FilterBar board={board} />
      <WindowList<Row>
        id="deliveries" label={t("list.deliveries", { filter: t(`filter.${filter}`) })}
        items={items} keyOf={({ delivery }) => delivery.id} rowHeight={ROW_PX}
        scope={`${filter} ${text} ${Object.values(filters).join(" ")}`}
        selected={selected?.kind === "delivery" ? selected.id : null}
        onSelect={({ delivery }) => select({ kind: "delivery", id: delivery.id })}
        marked={marked} onMark={mark}
        onPress={({ delivery }, event) => beginDrag(event, () => dragged(delivery.id), label)}
        onOpen={() => document.getElementById("detail")?.focus()}
        onClose={() => select(null)}
        render={(row) => <DeliveryRow {...row} now={minute} />}
        empty={text ? t("empty.filter", { text }) : t(`empty.${filter}`)}
      />
    </div>
  );
}

/** A marked row takes all that is marked along. */
function dragged(id: string): Dragged {
  const { marked } = current();
  return { kind: "deliveries", ids: marked.has(id) ? [...marked] : [id] };
}

const label = (what: Dragged) => deliveryCount(what.kind === "deliveries" ? what.ids.length : 1);

function DeliveryRow({ delivery, pace, now }: Row & { now: number }) {
  return (
    <div class={`delivery pace-${pace}`} data-delivery={delivery.id} data-state={delivery.state}>
      <StateMark state={delivery.state} />
      <span class="delivery-shop">{delivery.merchant_name}</span>
      <span class="delivery-due">{hourMinute(delivery.due_at)}</span>
      <span class="delivery-meta">
        <span class={`state-${delivery.state}`}>{t(`state.${delivery.state}`)}</span>
        {delivery.courier_name && <span class="delivery-courier">{delivery.courier_name}</span>}
        <Waits delivery={delivery} />
        <LegTag delivery={delivery} />
        <IncidentTag delivery={delivery.id} />
        <code>{shortId(delivery.id)}</code>
        {delivery.desk?.locked && <span class="delivery-lock"><LockIcon />
          <span class="sr">{t("desk.is_locked")}</span></span>}
        {delivery.desk?.tags.map((word) => <span key={word} class="tag">{word}</span>)}
        {delivery.external_reference && <span class="delivery-ref">{delivery.external_reference}</span>}
      </span>
      <span class="delivery-pace">
        {(pace === "late" || pace === "at_risk") && <AlertIcon />}
        {paceText(delivery, pace, now)}
        {pace === "at_risk" && <span class="sr">{t("pace.at_risk")}</span>}
      </span>
    </div>
  );
}
