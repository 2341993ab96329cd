import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

const OVERSCAN = 8;

interface Props<T> {
  id: string;
  label: string;
  items: readonly T[];
  keyOf: (item: T) => string;
  rowHeight: number;
  selected: string | null;
  /** Changes when the list shows something else: the scroll goes back to the top. */
  scope: string;
  onSelect: (item: T) => void;
  /** Several may be marked: with Ctrl, Shift, Space and Ctrl+A. */
  marked?: ReadonlySet<string>;
  onMark?: (keys: ReadonlySet<string>) => void;
  onPress?: (item: T, event: PointerEvent) => void;
  onOpen: () => void;
  onClose: () => void;
  render: (item: T) => ComponentChildren;
  empty: ComponentChildren;
}

/**
 * A listbox that draws only the rows in sight, so that thousands stay fluid. One tab stop; the
 * arrows, Page Up/Down, Home and End move the selection, Enter opens it, Escape lets it go.
 */
export function WindowList<T>(props: Props<T>) {
  const { id, label, items, keyOf, rowHeight, selected, scope, onSelect, onOpen, onClose } = props;
  const { marked, onMark } = props;
  /** Where a range of marks begins. */
  const anchor = useRef<number | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const at = selected === null ? -1 : items.findIndex((item) => keyOf(item) === selected);

  const measure = () => {
    const el = box.current;
    if (el) setView({ top: el.scrollTop, height: el.clientHeight });
  };
  useLayoutEffect(() => {
    measure();
    const resized = new ResizeObserver(measure);
    if (box.current) resized.observe(box.current);
    return () => resized.disconnect();
  }, []);
  useEffect(() => {
    box.current?.scrollTo({ top: 0 });
  }, [scope]);
  useEffect(() => {
    if (at >= 0) reveal(at); // Selected on the map, or by a key: bring the row into sight.
  }, [selected]);

  function reveal(index: number): void {
    const el = box.current;
    if (!el) return;
    const top = index * rowHeight;
    if (top < el.scrollTop) el.scrollTop = top;
    else if (top + rowHeight > el.scrollTop + el.clientHeight) {
      el.scrollTop = top + rowHeight - el.clientHeight;
    }
  }

  function markRange(to: number): void {
    const from = anchor.current ?? Math.max(0, at);
    anchor.current = from;
    const range = items.slice(Math.min(from, to), Math.max(from, to) + 1);
    onMark?.(new Set(range.map(keyOf)));
  }

  /** One more, or one less; the selected one counts as marked from the first on. */
  function toggle(index: number): void {
    const item = items[index];
    if (!item || !onMark) return;
    const next = new Set(marked?.size ? marked : selected === null ? [] : [selected]);
    const key = keyOf(item);
    if (!next.delete(key)) next.add(key);
    anchor.current = index;
    onMark(next);
  }

  function onClick(item: T, index: number, event: MouseEvent): void {
    if (onMark && (event.ctrlKey || event.metaKey)) toggle(index);
    else if (onMark && event.shiftKey) markRange(index);
    else {
      anchor.current = index;
      onSelect(item);
    }
  }

  /** The keys for several; true when this was one of them. */
  function onMarkKey(event: KeyboardEvent): boolean {
    if (!onMark) return false;
    const all = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a";
    if (all) onMark(new Set(items.map(keyOf)));
    else if (event.key === " " && at >= 0) toggle(at);
    else if (event.key === "Escape" && marked?.size) onMark(new Set());
    else if (event.shiftKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const down = event.key === "ArrowDown";
      const keys = items.map(keyOf);
      const ends = [...(marked ?? [])].map((key) => keys.indexOf(key));
      const from = anchor.current ?? Math.max(0, at);
      const reach = ends.length === 0 ? Math.max(0, at)
        : Math.max(...ends) > from ? Math.max(...ends) : Math.min(...ends);
      const to = Math.max(0, Math.min(items.length - 1, reach + (down ? 1 : -1)));
      markRange(to);
      reveal(to);
    } else return false;
    event.preventDefault();
    return true;
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (onMarkKey(event)) return;
    const page = Math.max(1, Math.floor(view.height / rowHeight) - 1);
    const steps: Record<string, number> = {
      ArrowDown: at + 1, ArrowUp: at < 0 ? items.length - 1 : at - 1,
      PageDown: at + page, PageUp: at - page, Home: 0, End: items.length - 1,
    };
    const wanted = steps[event.key];
    if (wanted !== undefined) {
      event.preventDefault();
      const item = items[Math.max(0, Math.min(items.length - 1, wanted))];
      anchor.current = null;
      if (item) onSelect(item);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (at >= 0) onOpen();
      else if (items[0]) onSelect(items[0]);
    } else if (event.key === "Escape" && selected !== null) {
      event.preventDefault();
      onClose();
    }
  }

  const first = Math.max(0, Math.floor(view.top / rowHeight) - OVERSCAN);
  const last = Math.min(items.length, Math.ceil((view.top + view.height) / rowHeight) + OVERSCAN);
  const drawn = at >= first && at < last;
  const rowId = (key: string) => `${id}-${key}`;
  return (
    <div ref={box} id={id} class="list" role="listbox" aria-label={label} tabIndex={0}
      aria-multiselectable={onMark ? true : undefined}
      aria-activedescendant={drawn && selected ? rowId(selected) : undefined}
      onScroll={measure} onKeyDown={onKeyDown}>
      <div class="list-space" role="presentation" style={{ height: `${items.length * rowHeight}px` }}>
        {items.slice(first, last).map((item, index) => {
          const key = keyOf(item);
          return (
            <div key={key} id={rowId(key)} class="row" role="option"
              aria-selected={marked?.size ? marked.has(key) : key === selected}
              aria-setsize={items.length} aria-posinset={first + index + 1}
              style={{ transform: `translateY(${(first + index) * rowHeight}px)`, height: `${rowHeight}px` }}
              onPointerDown={(event) => props.onPress?.(item, event)}
              onClick={(event) => onClick(item, first + index, event)}>
              {props.render(item)}
            </div>
          );
        })}
      </div>
      {items.length === 0 && <div class="list-empty" role="option" aria-selected={false}
        aria-disabled="true">{props.empty}</div>}
    </div>
  );
}
