// How the board holds with a large town on it: `./dev bench board`, or against any empty server
//   PACELINE_URL=… DESK_EMAIL=… DESK_PASSWORD=… node bench/board.mjs
// BENCH_MINUTES (15) is how long it is watched; WRITE=path puts the table into that file.
import { cpus, loadavg } from "node:os";
import { board, launch } from "../browser.mjs";
import { growthPerHour, quantile, table, writeBetween } from "./figures.mjs";
import { FIX_EVERY_MS, LARGE, PASSWORD, Town } from "./town.mjs";

const url = process.env.PACELINE_URL ?? "http://127.0.0.1:8080";
const { couriers: COURIERS, deliveries: DELIVERIES } = LARGE;
const login = { email: process.env.DESK_EMAIL, password: process.env.DESK_PASSWORD };
const minutes = Number(process.env.BENCH_MINUTES ?? 15);
const PAINTS = 5;
const BUDGET = { paint_ms: 1_500, interaction_ms: 100, pixel_ms: 1_000, heap_mb_per_hour: 20 };
const PATIENCE_MS = 120_000;
/** How long positions are watched in each round, and how much longer the last of them may take. */
const WATCH_MS = 3_000;
const GRACE_MS = 2_500;

/**
 * In the page: from each input event to the paint that follows it, by kind. The time is the event's
 * own stamp, so waiting for a busy main thread counts; the message comes after the frame is drawn.
 */
function meter() {
  const found = [];
  window.interactions = { kind: "", found };
  const channel = new MessageChannel();
  const waiting = [];
  channel.port1.onmessage = () => {
    const now = performance.now();
    for (const { kind, at } of waiting.splice(0)) found.push([kind, now - at]);
  };
  const seen = (event) => {
    if (!window.interactions.kind) return;
    waiting.push({ kind: window.interactions.kind, at: event.timeStamp });
    requestAnimationFrame(() => channel.port2.postMessage(null));
  };
  for (const type of ["pointerdown", "pointermove", "pointerup", "keydown", "input"]) {
    window.addEventListener(type, seen, { capture: true, passive: true });
  }
}

/** The time to the first row of the list on the screen, of a page that is logged in. */
function firstUsefulPaint() {
  const look = () => {
    if (!document.querySelector("[data-delivery]")) return requestAnimationFrame(look);
    requestAnimationFrame(() => setTimeout(() => (window.usefulAt = performance.now())));
  };
  requestAnimationFrame(look);
}

const during = (page, kind, act) => page.evaluate((k) => (window.interactions.kind = k), kind)
  .then(act).finally(() => page.evaluate(() => (window.interactions.kind = "")));

async function filter(page) {
  for (const name of ["open", "assigned", "late", "active"]) {
    await page.locator(`[data-filter=${name}]`).click();
    await page.waitForTimeout(150);
  }
  await page.locator(".side input[type=search]").fill("");
  for (const letter of "shop 7") {
    await page.locator(".side input[type=search]").press(letter === " " ? "Space" : letter);
    await page.waitForTimeout(60);
  }
  await page.locator(".side input[type=search]").fill("");
}

async function selectRows(page) {
  await page.locator("[data-filter=active]").click();
  await page.waitForTimeout(300);
  for (const n of [0, 3, 5]) {
    await page.locator("[data-delivery]").nth(n).click();
    await page.waitForTimeout(150);
  }
  for (let n = 0; n < 8; n += 1) {
    await page.keyboard.press("ArrowDown");
    await page.waitForTimeout(60);
  }
  await page.keyboard.press("Escape");
}

/** Takes an open delivery over the routes and lets go over one of them, then takes it back. */
async function drag(page) {
  await page.locator("[data-filter=open]").click();
  await page.waitForTimeout(200);
  const row = await page.locator("[data-delivery][data-state=open]").nth(2).boundingBox();
  const target = await page.locator("[data-drop-courier]").nth(4).boundingBox();
  const [x, y] = [row.x + 60, row.y + row.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(target.x + 80, target.y + target.height / 2, { steps: 25 });
  await page.mouse.up();
  await page.waitForTimeout(400);
  await page.keyboard.press("Control+z");
  await page.waitForTimeout(300);
}

/**
 * How long each position took that was sent during `act`, while the whole town is in sight on the
 * map. One that is not on the screen after all the patience counts as that late.
 */
async function watch(page, act) {
  sent.clear();
  await page.evaluate(() => window.paceline.shownFixes());
  await act();
  const open = new Map(sent);
  await page.waitForTimeout(GRACE_MS);
  const took = [];
  for (const [id, at, shown] of await page.evaluate(() => window.paceline.shownFixes())) {
    const from = open.get(`${id} ${at}`);
    if (from && open.delete(`${id} ${at}`)) took.push(shown - from);
  }
  return [...took, ...Array.from(open, () => GRACE_MS)];
}

async function heap(session) {
  await session.send("HeapProfiler.collectGarbage");
  return (await session.send("Runtime.getHeapUsage")).usedSize;
}

const town = new Town(url, login);
console.log(`making ${COURIERS} couriers and ${DELIVERIES} deliveries…`);
await town.make();
/** When each position was sent, by courier and time of the fix. */
const sent = new Map();
const stop = town.start((courier, at, sentAt) => sent.set(`${courier.id} ${at}`, sentAt));
const tokens = setInterval(() => void town.couriers.reduce(
  // Access tokens last a quarter of an hour; they are renewed one after the other.
  (before, courier) => before.then(async () => {
    courier.token = await town.logIn(courier.email, PASSWORD);
  }), Promise.resolve()).catch(() => {}), 600_000);

const browser = await launch("--js-flags=--expose-gc", "--enable-precise-memory-info");
try {
  const page = await board(browser, url, { ...login, patience_ms: PATIENCE_MS });
  const paints = [];
  await page.addInitScript(firstUsefulPaint);
  await page.addInitScript(meter);
  for (let n = 0; n < PAINTS; n += 1) {
    await page.reload();
    await page.waitForFunction(() => window.usefulAt);
    paints.push(await page.evaluate(() => window.usefulAt));
    await page.waitForSelector("body[data-ready=board]");
  }
  const session = await page.context().newCDPSession(page);
  await page.evaluate(() => window.paceline.watchFixes());
  const [pixels, heaps, used] = [[], [], []];
  const begun = performance.now();
  const minute = () => (performance.now() - begun) / 60_000;
  let rounds = 0;
  while (minute() < minutes) {
    await page.getByRole("button", { name: "Show everything" }).click();
    await page.waitForTimeout(500);
    pixels.push(...await watch(page, async () => {
      await during(page, "filter", () => filter(page));
      await page.waitForTimeout(WATCH_MS);
    }));
    await during(page, "select", () => selectRows(page));
    await page.getByRole("tab", { name: "Routes" }).click();
    await during(page, "drag", () => drag(page));
    await page.getByRole("tab", { name: "Map" }).click();
    rounds += 1;
    used.push(...await page.evaluate(() => window.interactions.found.splice(0)));
    if (heaps.length === 0 || minute() - heaps.at(-1)[0] >= Math.min(1, minutes / 8)) {
      heaps.push([minute(), await heap(session)]);
      console.log(`${minute().toFixed(1)} min: heap ${(heaps.at(-1)[1] / 1e6).toFixed(1)} MB`);
    }
  }
  const ms = (value) => `${Math.round(value)} ms`;
  const line = (name, budget, values) => {
    const p95 = quantile(values, 0.95);
    const ok = p95 < budget;
    if (!ok) process.exitCode = 1;
    return [name, `< ${budget} ms`, ms(quantile(values, 0.5)), ms(p95), String(values.length),
      ok ? "holds" : "too slow"];
  };
  const of = (kind) => used.filter(([name]) => name === kind).map(([, took]) => took);
  const settled = heaps.filter(([at]) => at > minutes / 8);
  const growth = growthPerHour(settled);
  const flat = growth < BUDGET.heap_mb_per_hour;
  if (!flat) process.exitCode = 1;
  const text = table([
    line("first useful paint, logged in", BUDGET.paint_ms, paints),
    line("filter to paint", BUDGET.interaction_ms, of("filter")),
    line("select to paint", BUDGET.interaction_ms, of("select")),
    line("drag to paint, each move", BUDGET.interaction_ms, of("drag")),
    line("position sent to pixel", BUDGET.pixel_ms, pixels),
    [`heap after collection, ${minutes} min`, `< ${BUDGET.heap_mb_per_hour} MB/h more`,
      `${(settled[0][1] / 1e6).toFixed(1)} → ${(settled.at(-1)[1] / 1e6).toFixed(1)} MB`,
      `${growth.toFixed(1)} MB/h`, String(settled.length), flat ? "holds" : "grows"],
  ]);
  const said = `${COURIERS} couriers on shift, each reporting every ${FIX_EVERY_MS / 1000} s, ` +
    `${DELIVERIES} deliveries with ${2 * DELIVERIES} tasks, ${rounds} rounds of interactions in ` +
    `${minutes} minutes.\nHeadless Chromium ${browser.version()} without a GPU, beside the server ` +
    `and the ${COURIERS} phones on ${cpus().length} cores (${cpus()[0].model.trim()}), load ` +
    `${loadavg()[1].toFixed(1)}.\n${town.sent} positions sent, ${town.refused} refused.`;
  console.log(`\n${said}\n\n${text}`);
  if (process.env.WRITE) await writeBetween(process.env.WRITE, "bench board", `${said}\n\n${text}`);
} finally {
  clearInterval(tokens);
  stop();
  await browser.close();
}
