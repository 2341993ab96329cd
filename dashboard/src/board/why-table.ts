// Turns the engine's candidates into a table without knowing its terms: they change with policies.
import type { Candidate } from "../api/types";
import { hourMinute, metres, span, t } from "../i18n";
import { engineWords } from "../i18n/engine-words";

export type NameOf = (courier: string) => string;

/** `cou_` and twenty-six more: an id of any kind. */
const ID = /^[a-z]{3}_[0-9a-z]{26}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT/;

/** A value of any shape in one line: couriers by name, instants by the clock. */
export function sentence(value: unknown, nameOf: NameOf): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "boolean") return t(value ? "why.yes" : "why.no");
  if (typeof value === "number") return value.toLocaleString(undefined, { maximumFractionDigits: 2 });
  if (typeof value === "string") {
    if (ID.test(value)) return nameOf(value);
    if (INSTANT.test(value)) return hourMinute(value);
    return value.includes(" ") ? value : engineWords(value);
  }
  if (Array.isArray(value)) return value.map((part) => sentence(part, nameOf)).join(", ");
  return Object.entries(value as Record<string, unknown>)
    .map(([key, part]) => `${engineWords(key)} ${sentence(part, nameOf)}`)
    .join(" · ");
}

function lasting(ms: number): string {
  return ms < 0 ? `−${span(-ms)}` : span(ms);
}

/** The unit is in the column's name; a whole cost is thousandths of a second of waiting. */
function cell(column: string, value: unknown, nameOf: NameOf): string {
  if (typeof value === "number") {
    if (/_(m|metres)$/.test(column)) return metres(value);
    if (/_(s|seconds)$/.test(column)) return lasting(value * 1000);
    if (/_ms$/.test(column) || column === "cost") return lasting(value);
  }
  return sentence(value, nameOf);
}

interface Line {
  name: string;
  chosen: boolean;
  cells: string[];
}

const NOT_COLUMNS = new Set(["courier_id", "courier", "courier_name", "chosen", "delivery_id"]);

/** Nested terms become columns of their own; a candidate without one shows a dash. */
function flat(candidate: Candidate): Map<string, unknown> {
  const cells = new Map<string, unknown>();
  for (const [key, value] of Object.entries(candidate)) {
    if (NOT_COLUMNS.has(key) || Array.isArray(value)) continue;
    if (value !== null && typeof value === "object") {
      for (const [name, part] of Object.entries(value)) cells.set(name, part);
    } else {
      cells.set(key, value);
    }
  }
  return cells;
}

/** To whom the outcome gave the job, where it says so. */
function winner(outcome: unknown): string | null {
  const proposed = (outcome as { proposed?: { to?: unknown } } | null)?.proposed?.to;
  return typeof proposed === "string" ? proposed : null;
}

export function candidateTable(
  candidates: Candidate[],
  nameOf: NameOf,
  outcome: unknown = null,
): { columns: string[]; lines: Line[] } {
  const read = candidates.map((candidate) => ({ candidate, cells: flat(candidate) }));
  const columns = [...new Set(read.flatMap(({ cells }) => [...cells.keys()]))];
  const won = winner(outcome);
  const lines = read.map(({ candidate, cells }) => {
    const courier = String(candidate.courier_id ?? candidate.courier ?? "?");
    return {
      name: nameOf(courier),
      chosen: candidate.chosen === true || courier === won,
      cells: columns.map((column) => cell(column, cells.get(column), nameOf)),
    };
  });
  return { columns, lines };
}
