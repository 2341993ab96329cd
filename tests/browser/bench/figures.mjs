// Figures of a run: quantiles, the table, and its place in the docs.
import { readFile, writeFile } from "node:fs/promises";

export function quantile(values, share) {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

/** Megabytes gained in an hour, by the least squares line through [minute, bytes] pairs. */
export function growthPerHour(points) {
  const n = points.length;
  const mean = (pick) => points.reduce((sum, point) => sum + pick(point), 0) / n;
  const [x, y] = [mean(([minute]) => minute), mean(([, bytes]) => bytes)];
  const above = points.reduce((sum, [minute, bytes]) => sum + (minute - x) * (bytes - y), 0);
  const below = points.reduce((sum, [minute]) => sum + (minute - x) ** 2, 0);
  return below === 0 ? 0 : ((above / below) * 60) / 1e6;
}

export function table(lines) {
  const cells = [["What", "Budget", "p50", "p95", "Samples", ""], ...lines];
  const widths = cells[0].map((_, column) => Math.max(...cells.map((line) => line[column].length), 3));
  const row = (line) => `| ${line.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`;
  return [row(cells[0]), rule, ...lines.map(row)].join("\n");
}

/** Replaces what stands between the markers of `name`, or appends both. */
export async function writeBetween(file, name, text) {
  const [from, to] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const old = await readFile(file, "utf8").catch(() => "# Performance\n");
  const block = `${from}\n${text}\n${to}`;
  const begins = old.indexOf(from);
  const whole = begins < 0 ? `${old.trimEnd()}\n\n${block}\n`
    : old.slice(0, begins) + block + old.slice(old.indexOf(to) + to.length);
  await writeFile(file, whole);
}
