// Charts as plain SVG, each with its figures in words or a table beside it: nobody has to see them.
import { hourMinute, money, t } from "../i18n";
import type { Hour } from "../store/hours";

/** As wide as the page; many hours are scrolled. */
const WIDTH = 1_020;
const HEIGHT = 150;
const FOOT = 18;
const HEAD = 14;

/** Placed beside delivered, hour by hour; what was late is the hatched part. */
export function HourBars({ hours }: { hours: readonly Hour[] }) {
  const most = Math.max(1, ...hours.map(({ placed, delivered }) => Math.max(placed, delivered)));
  const width = Math.max(WIDTH, hours.length * 22);
  const slot = width / Math.max(1, hours.length);
  const bar = Math.min(14, slot * 0.4);
  const high = (count: number) => (count / most) * (HEIGHT - FOOT - HEAD);
  const base = HEIGHT - FOOT;
  const every = Math.ceil(48 / slot);
  return (
    <div class="chart-box" tabIndex={0} role="group" aria-label={t("pulse.hours")}>
      <svg class="chart" viewBox={`0 0 ${width} ${HEIGHT}`} width={width} height={HEIGHT} aria-hidden="true">
        <defs>
          <pattern id="hatched" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="2.5" height="5" class="fill-late" />
          </pattern>
        </defs>
        <text class="chart-text" x="2" y={HEAD - 3}>{most}</text>
        <line class="chart-axis" x1="0" x2={width} y1={base} y2={base} />
        {hours.map(({ at, placed, delivered, late }, index) => {
          const x = index * slot + slot / 2;
          return (
            <g key={at}>
              <rect class="fill-open" x={x - bar} width={bar - 1} y={base - high(placed)} height={high(placed)} />
              <rect class="fill-done" x={x} width={bar - 1} y={base - high(delivered)} height={high(delivered)} />
              <rect fill="url(#hatched)" x={x} width={bar - 1} y={base - high(late)} height={high(late)} />
              {index % every === 0 &&
                <text class="chart-text" x={x} y={HEIGHT - 4} text-anchor="middle">{hourMinute(at)}</text>}
            </g>
          );
        })}
      </svg>
    </div>
  );
}

const BOX_WIDTH = 420;
const BOX_HEIGHT = 74;
const MARGIN = 44;

interface BoxProps {
  lowest: number;
  q1: number;
  median: number;
  q3: number;
  highest: number;
  currency: string;
}

/** What couriers earned an hour: the middle half as a box, the rest as whiskers. */
export function BoxPlot({ lowest, q1, median, q3, highest, currency }: BoxProps) {
  const span = Math.max(1, highest - lowest);
  const x = (amount: number) => MARGIN + ((amount - lowest) / span) * (BOX_WIDTH - 2 * MARGIN);
  const told = (amount: number) => money({ amount, currency });
  const words = t("pulse.box", {
    lowest: told(lowest), q1: told(q1), median: told(median), q3: told(q3), highest: told(highest),
  });
  const [top, bottom, middle] = [20, 46, 33];
  return (
    <figure class="figure">
      <svg class="chart" viewBox={`0 0 ${BOX_WIDTH} ${BOX_HEIGHT}`} width={BOX_WIDTH} height={BOX_HEIGHT}
        role="img" aria-label={words}>
        <line class="chart-axis" x1={x(lowest)} x2={x(highest)} y1={middle} y2={middle} />
        <line class="chart-axis" x1={x(lowest)} x2={x(lowest)} y1={top + 5} y2={bottom - 5} />
        <line class="chart-axis" x1={x(highest)} x2={x(highest)} y1={top + 5} y2={bottom - 5} />
        <rect class="chart-half" x={x(q1)} width={Math.max(2, x(q3) - x(q1))} y={top} height={bottom - top} />
        <line class="chart-median" x1={x(median)} x2={x(median)} y1={top - 3} y2={bottom + 3} />
        <text class="chart-text" x={x(lowest)} y={BOX_HEIGHT - 8} text-anchor="middle">{told(lowest)}</text>
        {highest > lowest && <text class="chart-text" x={x(highest)} y={BOX_HEIGHT - 8}
          text-anchor="middle">{told(highest)}</text>}
        <text class="chart-text strong" x={x(median)} y={12} text-anchor="middle">{told(median)}</text>
      </svg>
      <figcaption class="muted">{words}</figcaption>
    </figure>
  );
}
