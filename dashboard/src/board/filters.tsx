import { useState } from "preact/hooks";
import { dayOf, t } from "../i18n";
import { dropView, narrow, saveView, showView } from "../store/actions";
import { isEnded, localDay, once } from "../store/derive";
import { noFilters, type BoardState } from "../store/state";
import { useStore } from "../store/store";

interface Options {
  merchants: [string, string][];
  couriers: [string, string][];
  tags: string[];
  days: string[];
}

/** What there is to narrow by: only what some delivery on the board has. */
const optionsOf = once((board: BoardState["deliveries"]): Options => {
  const merchants = new Map<string, string>();
  const couriers = new Map<string, string>();
  const tags = new Set<string>();
  const days = new Set<string>();
  for (const delivery of board.values()) {
    merchants.set(delivery.merchant_id, delivery.merchant_name);
    if (delivery.courier_id && !isEnded(delivery)) {
      couriers.set(delivery.courier_id, delivery.courier_name ?? "");
    }
    delivery.desk?.tags.forEach((tag) => tags.add(tag));
    days.add(localDay(delivery.due_at));
  }
  const byName = (names: Map<string, string>) => [...names].sort((a, b) => a[1].localeCompare(b[1]));
  return {
    merchants: byName(merchants), couriers: byName(couriers),
    tags: [...tags].sort(), days: [...days].sort(),
  };
});

/** Narrows the lists and the map: by shop, courier, tag and day; and keeps that under a name. */
export function FilterBar({ board }: { board: BoardState }) {
  const filters = useStore((state) => state.filters);
  const zones = useStore((state) => state.zones);
  const options = optionsOf(board.deliveries);
  const narrowed = Object.values(filters).some((value) => value !== "");
  const choose = (name: keyof typeof filters, label: string, all: string, list: [string, string][]) => (
    <select aria-label={label} data-narrow={name} value={filters[name]}
      onChange={(event) => narrow({ [name]: event.currentTarget.value })}>
      <option value="">{all}</option>
      {filters[name] && !list.some(([id]) => id === filters[name]) &&
        <option value={filters[name]}>{t("narrow.gone")}</option>}
      {list.map(([id, text]) => <option key={id} value={id}>{text}</option>)}
    </select>
  );
  const same = (words: string[]) => words.map((word): [string, string] => [word, word]);
  const days = options.days.map((day): [string, string] => [day, dayOf(Date.parse(`${day}T12:00`))]);
  return (
    <details class="narrow" open={narrowed}>
      <summary>{t("narrow.label")}</summary>
      <div class="narrow-fields">
        {choose("merchant", t("narrow.merchant"), t("narrow.merchant.all"), options.merchants)}
        {choose("courier", t("narrow.courier"), t("narrow.courier.all"), options.couriers)}
        {choose("tag", t("narrow.tag"), t("narrow.tag.all"), same(options.tags))}
        {(zones.length > 0 || filters.zone) &&
          choose("zone", t("narrow.zone"), t("narrow.zone.all"), same(zones.map(({ name }) => name)))}
        {choose("day", t("narrow.day"), t("narrow.day.all"), days)}
        {narrowed && <button type="button" onClick={() => narrow(noFilters)}>{t("narrow.none")}</button>}
      </div>
      <Views />
    </details>
  );
}

function Views() {
  const views = useStore((state) => state.views);
  const [name, setName] = useState("");
  return (
    <form class="views" onSubmit={(event) => {
      event.preventDefault();
      if (name.trim()) saveView(name.trim());
      setName("");
    }}>
      {views.map((view) => (
        <span key={view.name} class="view">
          <button type="button" class="chip" data-view={view.name} onClick={() => showView(view)}>
            {view.name}</button>
          <button type="button" class="tool" aria-label={t("views.drop", { name: view.name })}
            onClick={() => dropView(view.name)}>×</button>
        </span>
      ))}
      <input value={name} maxLength={60} aria-label={t("views.name")} placeholder={t("views.name")}
        data-view-name="" onInput={(event) => setName(event.currentTarget.value)} />
      <button type="submit" disabled={!name.trim()}>{t("views.save")}</button>
    </form>
  );
}
