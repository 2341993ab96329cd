// Saved views: what the lists and the map are narrowed to, under a name, kept in this browser.
import { remember, remembered } from "./preferences";
import type { Filter, Filters, State } from "./state";

export interface SavedView {
  name: string;
  filter: Filter;
  text: string;
  filters: Filters;
}

const VIEWS_MAX = 30;
const NAME_MAX = 60;
const states: Filter[] = ["active", "open", "late", "assigned", "picked_up", "returning", "done"];

/** What was kept, as far as it still makes sense: another version may have written it. */
export function storedViews(): SavedView[] {
  try {
    const kept: unknown = JSON.parse(remembered("views") ?? "[]");
    return Array.isArray(kept) ? kept.flatMap(read).slice(0, VIEWS_MAX) : [];
  } catch {
    return [];
  }
}

function read(kept: Partial<SavedView> | null): SavedView[] {
  if (!kept || typeof kept.name !== "string" || !kept.name) return [];
  const word = (value: unknown) => (typeof value === "string" ? value : "");
  const { merchant, courier, tag, zone, day } = kept.filters ?? {};
  return [{
    name: kept.name.slice(0, NAME_MAX),
    filter: states.find((state) => state === kept.filter) ?? "active",
    text: word(kept.text),
    filters: {
      merchant: word(merchant), courier: word(courier), tag: word(tag), zone: word(zone), day: word(day),
    },
  }];
}

/** The views with what is shown now under this name, which may be that of an older one. */
export function withView(views: readonly SavedView[], name: string, state: State): SavedView[] {
  const { filter, text, filters } = state;
  const others = views.filter((view) => view.name !== name);
  const view = { name: name.trim().slice(0, NAME_MAX), filter, text, filters };
  return [...others.slice(1 - VIEWS_MAX), view];
}

export function keepViews(views: readonly SavedView[]): void {
  remember("views", JSON.stringify(views));
}
