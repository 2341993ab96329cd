import { deliveryCount, t, type Key } from "../i18n";
import { ask, mark, select } from "../store/actions";
import { takeTourBack } from "../store/tours";
import { duplicate, targets, toggleLock, unassign, undo } from "../store/acts";
import type { BoardState } from "../store/state";
import { current, useStore } from "../store/store";
import { CloseIcon } from "../ui/icons";

/** An act with its key, as the bar and the keyboard know it. */
interface DeskAct {
  name: string;
  key: string;
  run: (ids: readonly string[], board: BoardState) => void;
}

export const deskActs: DeskAct[] = [
  { name: "move", key: "m", run: (ids) => ask("move", ids) },
  { name: "engine", key: "e", run: (ids) => ask("engine", ids) },
  { name: "unassign", key: "u", run: (ids) => void unassign(ids) },
  { name: "tour", key: "g", run: (ids) => ask("tour", ids) },
  { name: "split", key: "h", run: (ids) => ask("split", ids) },
  { name: "lock", key: "l", run: (ids, board) => void toggleLock(ids, board) },
  { name: "tag", key: "t", run: (ids) => ask("tag", ids) },
  { name: "note", key: "n", run: (ids) => ask("note", ids) },
  { name: "reschedule", key: "r", run: (ids) => ask("reschedule", ids) },
  { name: "duplicate", key: "d", run: (ids) => void duplicate(ids) },
  { name: "return", key: "b", run: (ids) => ask("return", ids) },
  { name: "cancel", key: "Delete", run: (ids) => ask("cancel", ids) },
];

/** What can be done with all that is marked, or with the one that is selected. */
export function DeskBar({ board }: { board: BoardState }) {
  const marked = useStore((state) => state.marked);
  const undoable = useStore((state) => state.undoable);
  const selected = useStore((state) => state.selected);
  const ids = targets({ ...current(), marked, selected });
  return (
    <div class="desk-bar" role="toolbar" aria-label={t("desk.label")}>
      <span class="desk-count" role="status">
        {marked.size > 0 ? t("desk.marked", { what: deliveryCount(marked.size) }) : ""}
      </span>
      {marked.size > 0 && <button type="button" class="tool" aria-label={t("desk.unmark")}
        title={t("desk.unmark")} onClick={() => mark([])}><CloseIcon /></button>}
      {deskActs.map(({ name, key, run }) => (
        <button key={name} type="button" class="desk-act" data-desk={name} disabled={ids.length === 0}
          aria-keyshortcuts={key} title={`${t(`desk.${name}` as Key)} (${key})`}
          onClick={() => run(ids, board)}>{t(`desk.${name}` as Key)}</button>
      ))}
      <button type="button" class="desk-act" data-desk="undo" disabled={undoable === 0}
        aria-keyshortcuts="Control+Z" title={`${t("desk.undo")} (Ctrl+Z)`}
        onClick={() => void undo()}>{t("desk.undo")}</button>
      <button type="button" class="desk-act desk-last" data-desk="automation" aria-keyshortcuts="a"
        title={`${t("auto.title")} (a)`} onClick={() => ask("automation", [])}>{t("auto.label")}</button>
    </div>
  );
}

/** The keys while a tour is selected: what they do to a delivery they do to all of it. */
const tourActs: Partial<Record<string, (id: string) => void>> = {
  m: (id) => ask("tour-give", [id]),
  u: (id) => void takeTourBack(id),
  n: (id) => ask("tour-name", [id]),
  r: (id) => ask("tour-carry", [id]),
  Delete: (id) => ask("tour-remove", [id]),
};

const typing = (target: EventTarget | null) => target instanceof HTMLElement &&
  (target.matches("input, select, textarea") || target.closest("dialog") !== null);

/** The keys of the board: one letter for each act, outside of fields and questions. */
export function onBoardKey(event: KeyboardEvent): void {
  if (typing(event.target)) return;
  const { board } = current();
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
    event.preventDefault();
    void undo();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || !board) return;
  if (event.key === "a") {
    event.preventDefault();
    ask("automation", []);
    return;
  }
  const { selected } = current();
  if (selected?.kind === "tour" && current().marked.size === 0) {
    const run = tourActs[event.key];
    if (run) event.preventDefault();
    run?.(selected.id);
    return;
  }
  const act = deskActs.find(({ key }) => key === event.key);
  const ids = targets(current());
  if (!act || ids.length === 0) return;
  event.preventDefault();
  act.run(ids, board);
}

/** Everything that the list shows, for Ctrl+A. */
export function markAll(ids: readonly string[]): void {
  select(null);
  mark(ids);
}
