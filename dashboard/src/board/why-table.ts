// Turns the engine's candidates into a table without knowing its terms: they change with policies.
import type { Candidate } from "../api/types";
import { metres, span, t } from "../i18n";

/** `approach_m` -> "approach": the unit goes into the cell. */
export function words(name: string): string {
  const bare = name.replace(/_(m|s|ms|seconds|metres|minutes)$/, "");
  const text = bare.replace(/[._-]+/g, " ").trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A value of any shape in one line. */
export function sentence(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "boolean") return t(value ? "why.yes" : "why.no");
  if (typeof value === "string") return value.includes(" ") ? value : words(value);
  if (typeof value === "number") return value.toLocaleString(undefined, { maximumFractionDigits: 2 });
  if (Array.isArray(value)) return value.map(sentence).join(", ");
  return Object.entries(value as Record<string, unknown>)
    .map(([key, part]) => `${words(key)}: ${sentence(part)}`)
    .join(" · ");
}

function cell(column: string, value: unknown): string {
  if (typeof value === "number") {
    if (/_(m|metres)$/.test(column)) return metres(value);
    if (/_(s|seconds)$/.test(column)) return value < 0 ? `-${span(-value * 1000)}` : span(value * 1000);
    if (/_ms$/.test(column)) return span(value);
  }
  return sentence(value);
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
    if (NOT_COLUMNS.has(key)) continue;
    if (value !== null && typeof value === "object" && !Array.isArray(value)) {
      for (const [name, part] of Object.entries(value)) cells.set(name, part);
    } else if (!Array.isArray(value)) {
      cells.set(key, value);
    }
  }
  return cells;
}

export function candidateTable(
  candidates: Candidate[],
  nameOf: (id: string) => string,
): { columns: string[]; lines: Line[] } {
  const read = candidates.map((candidate) => ({ candidate, cells: flat(candidate) }));
  const columns = [...new Set(read.flatMap(({ cells }) => [...cells.keys()]))];
  const lines = read.map(({ candidate, cells }) => ({
    name: nameOf(String(candidate.courier_id ?? candidate.courier ?? "?")),
    chosen: candidate.chosen === true,
    cells: columns.map((column) => cell(column, cells.get(column))),
  }));
  return { columns, lines };
}
