import type { ComponentChildren } from "preact";
import { t } from "../i18n";

interface TableProps {
  label: string;
  /** The columns' names; those of amounts are marked by a leading `=` and stand right. */
  head: readonly string[];
  children: ComponentChildren;
  /** What sums up the rows. */
  foot?: ComponentChildren;
}

/** A table that scrolls sideways by itself where it is too wide, also by keys. */
export function Table({ label, head, children, foot }: TableProps) {
  return (
    <div class="table-box wide-table" tabIndex={0} role="group" aria-label={label}>
      <table class="log">
        <thead><tr>{head.map((name) => name.startsWith("=")
          ? <th key={name} scope="col" class="amount">{name.slice(1)}</th>
          : <th key={name} scope="col">{name || <span class="sr">{t("office.acts")}</span>}</th>)}</tr></thead>
        <tbody>{children}</tbody>
        {foot && <tfoot>{foot}</tfoot>}
      </table>
    </div>
  );
}

/** What stands where a list is not there yet, or empty; keeps the room of a line. */
export function Empty({ items, children }: { items: readonly unknown[] | null; children: string }) {
  if (items && items.length > 0) return null;
  return <p class="muted empty" role="status">{items ? children : t("app.loading")}</p>;
}

export function More({ more }: { more: (() => void) | null }) {
  return more && <p><button type="button" data-act="more" onClick={more}>{t("log.more")}</button></p>;
}
