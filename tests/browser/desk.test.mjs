// The dispatchers' acts in real browsers, on a server whose engine is at rest:
//   DESK_URL=http://127.0.0.1:8081 DESK_EMAIL=… DESK_PASSWORD=… node --test desk.test.mjs
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, board, launch } from "./browser.mjs";
import { Town } from "./bench/town.mjs";

const { DESK_URL: url = "http://127.0.0.1:8081", DESK_EMAIL, DESK_PASSWORD } = process.env;
const ROUNDS = 200;
const CUT_MS = 30_000;
/** How long the first of two requests waits for the other one on the way to the server. */
const GATE_MS = 2_000;

let browser;
let town;
let ada;
let bob;
/** The outage of a third dispatcher, under way. */
let cut;

before(async () => {
  town = new Town(url, { email: DESK_EMAIL, password: DESK_PASSWORD }, {
    couriers: 6, deliveries: 24, shops: 4, assigned_permille: 250,
  });
  await town.make();
  browser = await launch();
  [ada, bob] = await Promise.all(["Ada", "Bob"].map(async (name) =>
    board(browser, url, await town.dispatcher(name))));
});

after(() => browser?.close());

const truth = (id) => town.call(`/v1/deliveries/${id}`, undefined, town.desk);
const openRow = (page, n) => page.locator("[data-delivery][data-state=open]").nth(n);
const idOf = (row) => row.getAttribute("data-delivery");
const said = (page, text) => page.locator(".notices").getByText(text).first().waitFor();
const stage = (page, name) => page.getByRole("tab", { name, exact: true }).click();
const filter = (page, name) => page.locator(`[data-filter=${name}]`).click();

async function middle(locator) {
  const { x, y, width, height } = await locator.boundingBox();
  return [x + Math.min(width / 2, 120), y + height / 2];
}

async function drag(page, from, [x, y]) {
  await page.mouse.move(...await middle(from));
  await page.mouse.down();
  await page.mouse.move(x, y, { steps: 8 });
  await page.mouse.up();
}

async function until(check, what) {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`never came true: ${what}`);
}

test("several deliveries are dragged onto a courier at once, and taken back", async () => {
  await stage(ada, "Routes");
  await filter(ada, "open");
  const ids = [await idOf(openRow(ada, 0)), await idOf(openRow(ada, 1))];
  await openRow(ada, 0).click();
  await openRow(ada, 1).click({ modifiers: ["Control"] });
  const courier = town.couriers[5];
  const line = ada.locator(`#routes [data-drop-courier="${courier.id}"]`);
  await drag(ada, openRow(ada, 0), await middle(line));
  await said(ada, "2 deliveries: Assigned to Courier 006.");
  for (const id of ids) {
    const { courier_id, tasks } = await truth(id);
    assert.equal(courier_id, courier.id);
    for (const { id: task } of tasks) await ada.locator(`[data-stop="${task}"]`).waitFor();
  }
  await ada.keyboard.press("Control+z");
  await said(ada, "Undone.");
  for (const id of ids) assert.equal((await truth(id)).state, "open");
});

test("a stop is dragged to another place in its route", async () => {
  const before = (await town.board()).couriers.find(({ route }) => route.length >= 2);
  const line = ada.locator(`#routes [data-drop-courier="${before.id}"]`);
  const chips = line.locator("[data-stop]");
  const moved = await chips.nth(0).getAttribute("data-stop");
  const second = await openRow(ada, 0).getAttribute("data-delivery");
  await openRow(ada, 0).click();
  await drag(ada, openRow(ada, 0), await middle(line));
  await until(async () => (await truth(second)).courier_id === before.id, "it is given");
  const pickup = (await truth(second)).tasks[0].id;
  const chip = line.locator(`[data-stop="${pickup}"]`);
  const first = await chips.nth(0).boundingBox();
  await drag(ada, chip, [first.x + 6, first.y + first.height / 2]);
  await said(ada, "New order for");
  const now = (await town.board()).couriers.find(({ id }) => id === before.id);
  assert.deepEqual(now.route.slice(0, 2).map(({ task_id }) => task_id), [pickup, moved]);
  await bob.reload();
  await bob.waitForSelector("body[data-ready=board]");
});

test("a delivery is dragged onto a courier on the map, and a lasso marks many", async () => {
  await stage(bob, "Map");
  await filter(bob, "open");
  await bob.waitForFunction(() => window.paceline.mapFeatures("couriers").length > 0);
  const box = await bob.locator(".map-canvas").boundingBox();
  const dots = await bob.evaluate(() => window.paceline.mapFeatures("couriers"));
  const dot = dots.at(-1);
  const id = await idOf(openRow(bob, 2));
  await drag(bob, openRow(bob, 2), [box.x + dot.x, box.y + dot.y]);
  await until(async () => (await truth(id)).courier_id === dot.id, "the courier on the map has it");
  await bob.keyboard.press("Escape");
  await bob.keyboard.down("Shift");
  await bob.mouse.move(box.x + 20, box.y + 20);
  await bob.mouse.down();
  for (const [x, y] of [[0.95, 0.03], [0.95, 0.95], [0.03, 0.95], [0.02, 0.03]]) {
    await bob.mouse.move(box.x + box.width * x, box.y + box.height * y, { steps: 6 });
  }
  await bob.mouse.up();
  await bob.keyboard.up("Shift");
  await bob.locator(".desk-count").getByText(/deliveries marked/).waitFor();
  await bob.getByRole("button", { name: "Unmark all" }).click();
});

/** The acts by keys alone, each from the list, on the first open delivery. */
test("every act is done by keyboard alone", async () => {
  const page = ada;
  const keys = page.keyboard;
  await filter(page, "open");
  await page.locator("#deliveries").focus();
  await keys.press("Home");
  const id = await page.locator("[role=option][aria-selected=true] [data-delivery]").getAttribute("data-delivery");
  const is = (check, what) => until(async () => check(await truth(id)), what);
  const answer = async (text) => {
    await page.locator("dialog[open] [data-ask]").waitFor();
    await keys.press("Control+a");
    await keys.type(text);
    await keys.press("Enter");
    await page.locator("dialog[open]").waitFor({ state: "detached" });
  };

  await keys.press("t");
  await answer("vip, cold");
  await is(({ desk }) => desk.tags.join() === "cold,vip", "tagged");
  await keys.press("n");
  await page.locator("dialog[open] textarea").waitFor();
  await keys.type("ring at 4B");
  await keys.press("Tab");
  await keys.press("Tab");
  await keys.press("Enter");
  await is(({ desk }) => desk.note === "ring at 4B", "noted");
  const { due_at } = await truth(id);
  await keys.press("r");
  await answer("45");
  await is((now) => Date.parse(now.due_at) - Date.parse(due_at) === 45 * 60_000, "rescheduled");
  await keys.press("Control+z");
  await is((now) => now.due_at === due_at, "rescheduling undone");
  await keys.press("Control+z");
  await is(({ desk }) => !desk.note, "and the note before it");
  await keys.press("l");
  await is(({ desk }) => desk.locked, "locked");
  await keys.press("m");
  await answer("Courier 002");
  await said(page, "it is locked");
  await keys.press("l");
  await is(({ desk }) => !desk.locked, "unlocked");
  await keys.press("m");
  await page.locator("dialog[open]").waitFor();
  await assertAccessible(page, "the question to whom");
  await answer("Courier 002");
  await is(({ courier_name }) => courier_name === "Courier 002", "moved");
  await keys.press("Control+z");
  await is(({ state }) => state === "open", "move undone");
  await keys.press("m");
  await answer("Courier 003");
  await is(({ courier_name }) => courier_name === "Courier 003", "moved again");
  await keys.press("u");
  await is(({ state }) => state === "open", "unassigned");

  // What the engine would do, and doing it.
  await Promise.all(town.couriers.map((courier) => town.report(courier)));
  await keys.press("e");
  await page.locator("dialog[open] [data-answer=told] [data-proposed]").waitFor();
  await assertAccessible(page, "the engine's answer");
  const proposed = await page.locator("[data-proposed]").getAttribute("data-proposed");
  await keys.press("Enter");
  await is(({ courier_id }) => courier_id === proposed, "given as the engine proposed");
  await keys.press("Control+z");
  await is(({ state }) => state === "open", "and taken back");

  const count = (await town.board()).deliveries.length;
  await keys.press("d");
  await until(async () => (await town.board()).deliveries.length === count + 1, "duplicated");
  await keys.press("Delete");
  await answer("sold out");
  await is(({ state }) => state === "cancelled", "cancelled");
  await keys.press("Control+z");
  await is(({ state }) => state === "open", "cancellation undone");

  // The order of a route: its buttons are reached by Tab.
  const { couriers, deliveries } = await town.board();
  const owner = new Map(deliveries.flatMap(({ id: one, tasks }) => tasks.map((task) => [task.id, one])));
  // A stop that is not followed by the drop-off of its own goods.
  const free = (route) => route.findIndex(({ task_id }, n) =>
    route[n + 1] && owner.get(route[n + 1].task_id) !== owner.get(task_id));
  const held = couriers.find(({ route }) => free(route) >= 0);
  const place = free(held.route);
  await page.getByRole("tab", { name: "Couriers" }).click();
  await page.locator(`.side [data-courier="${held.id}"]`).click();
  await page.locator("#detail").focus();
  for (let presses = 0; presses < 40; presses += 1) {
    const there = await page.evaluate(() => document.activeElement?.matches("[data-act=down]"));
    if (there) break;
    await keys.press("Tab");
  }
  await page.locator("#detail [data-act=down]").nth(place).focus();
  await keys.press("Enter");
  await until(async () => {
    const now = (await town.board()).couriers.find(({ id: one }) => one === held.id);
    return now.route[place + 1].task_id === held.route[place].task_id;
  }, "a stop moved down");
  await page.getByRole("tab", { name: "Deliveries" }).click();
});

test("people take over from the engine and give back, and everybody sees it", async () => {
  await ada.keyboard.press("a");
  await ada.locator("dialog[open] select").waitFor();
  await assertAccessible(ada, "the switch");
  await ada.keyboard.press("Tab");
  await ada.keyboard.type("snow on the bridge");
  await ada.keyboard.press("Enter");
  await bob.locator(".manual-bar", { hasText: "the whole co-op" }).waitFor();
  await bob.locator(".manual-bar", { hasText: "snow on the bridge" }).waitFor();
  await assertAccessible(bob, "a board by hand");
  await bob.keyboard.press("a");
  const back = bob.locator("dialog[open] button[type=submit]");
  await back.waitFor();
  for (let presses = 0; presses < 5 && !await back.evaluate((it) => it === document.activeElement); presses += 1) {
    await bob.keyboard.press("Tab");
  }
  await bob.keyboard.press("Enter");
  for (const page of [ada, bob]) await page.locator(".manual-bar").waitFor({ state: "detached" });
});

/** In the page: drags a row onto a line of the routes by the events that a hand would cause. */
function handDrag([delivery, courier]) {
  const row = document.querySelector(`#deliveries [data-delivery="${delivery}"]`);
  const line = document.querySelector(`#routes [data-drop-courier="${courier}"]`);
  const [from, to] = [row.getBoundingClientRect(), line.getBoundingClientRect()];
  const tell = (type, target, x, y) => target.dispatchEvent(new PointerEvent(type, {
    bubbles: true, cancelable: true, button: 0, pointerType: "mouse", clientX: x, clientY: y,
  }));
  tell("pointerdown", row, from.left + 40, from.top + 20);
  tell("pointermove", window, from.left + 60, from.top + 20);
  tell("pointermove", window, to.left + 60, to.top + 20);
  tell("pointerup", window, to.left + 60, to.top + 20);
}

const sight = (page) => page.evaluate(() => ({
  routes: [...document.querySelectorAll("#routes [data-drop-courier]")].map((line) =>
    [line.dataset.dropCourier, ...[...line.querySelectorAll("[data-stop]")].map((s) => s.dataset.stop)].join()),
  list: [...document.querySelectorAll("#deliveries [data-delivery]")].map((row) =>
    `${row.dataset.delivery} ${row.dataset.state} ${row.querySelector(".delivery-courier")?.textContent ?? ""}`),
}));

/** Where two requests meet, so that both are under way before either is answered; true if both came. */
function gate() {
  let waiting = 2;
  let open;
  const met = new Promise((resolve) => (open = resolve));
  const late = new Promise((resolve) => setTimeout(resolve, GATE_MS, false));
  return { met: () => Promise.race([met, late]), pass: () => ((waiting -= 1) === 0 && open(true), Promise.race([met, late])) };
}

test("two dispatchers drag the same delivery at once, 200 times: one wins, both see it", async () => {
  cut = cutOff(); // It takes as long as this does: both at once.
  let meeting;
  for (const page of [ada, bob]) {
    await page.route("**/v1/board/acts", async (route) => {
      await meeting.pass();
      await route.continue();
    });
    await page.keyboard.press("Escape");
    await stage(page, "Routes");
    await filter(page, "active");
    await page.evaluate(() => {
      window.refusals = 0;
      new MutationObserver((changes) => {
        for (const { addedNodes } of changes) for (const node of addedNodes) {
          if (node.textContent?.match(/(Ada|Bob) gave .* first\./)) window.refusals += 1;
        }
      }).observe(document.querySelector(".notices [role=alert]"), { childList: true });
    });
  }
  const [left, right] = (await Promise.all([sight(ada), sight(bob)])).map(({ list }) =>
    list.map((line) => line.split(" ")[0]));
  // The first ones: lists draw the rows in sight, and something new may come in above.
  const shown = left.filter((id) => right.includes(id)).slice(0, 12);
  const open = (await town.board()).deliveries.filter(({ id, state }) =>
    shown.includes(id) && (state === "open" || state === "assigned"));
  const settled = async () => {
    const [a, b] = await Promise.all([sight(ada), sight(bob)]);
    return JSON.stringify(a) === JSON.stringify(b) && a;
  };
  let contested = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    meeting = gate();
    const { id } = open[round % open.length];
    const holder = (await truth(id)).courier_id;
    const others = town.couriers.slice(0, 6).filter((courier) => courier.id !== holder);
    const [one, other] = [0, 1].map((nth) => others[(round + nth) % others.length]);
    await Promise.all([[ada, one], [bob, other]].map(([page, courier]) =>
      page.evaluate(handDrag, [id, courier.id])));
    if (await meeting.met()) contested += 1;
    await until(async () => {
      const { courier_id } = await truth(id);
      return courier_id === one.id || courier_id === other.id;
    }, `round ${round}: one of both has it`);
  }
  await until(settled, "both screens are equal");
  const seen = await settled();
  const now = await town.board();
  const routed = now.couriers.flatMap(({ route }) => route.map(({ task_id }) => task_id));
  const held = now.deliveries.filter(({ state }) => state === "assigned");
  assert.equal(new Set(routed).size, routed.length, "no task is in two routes");
  assert.equal(routed.length, held.length * 2, "no task is lost");
  for (const { id, route } of now.couriers) {
    const line = [id, ...route.map(({ task_id }) => task_id)].join();
    assert.ok(seen.routes.includes(line), `the screens show the server's route: ${line}`);
  }
  const refusals = async () => {
    const [a, b] = await Promise.all([ada, bob].map((page) => page.evaluate(() => window.refusals)));
    return a + b;
  };
  assert.ok(contested > 0.9 * ROUNDS, `in ${contested} of ${ROUNDS} rounds both were on their way at once`);
  await until(async () => await refusals() >= contested, `${contested} losers were told who was first`);
  assert.equal(await refusals(), contested, "one loser a round");
  for (const page of [ada, bob]) await page.unroute("**/v1/board/acts");
});

/** Cleo's network is away for 30 seconds, and something happens meanwhile. */
async function cutOff() {
  const cleo = await board(browser, url, await town.dispatcher("Cleo"));
  await cleo.evaluate(() => (window.neverReloaded = true));
  const since = Date.now();
  await cleo.context().setOffline(true);
  await cleo.waitForSelector("[data-link=offline]");
  await cleo.locator(".stale-bar").waitFor();
  const { id } = await town.order(99);
  await new Promise((resolve) => setTimeout(resolve, CUT_MS - (Date.now() - since)));
  const told = await cleo.locator(".stale-bar").textContent();
  await cleo.context().setOffline(false);
  await cleo.waitForSelector("[data-link=live]");
  return { cleo, id, told };
}

test("the network is cut for 30 seconds: said, and caught up without a reload", async () => {
  const { cleo, id, told } = await cut;
  const [, seconds] = told.match(/for (\d+) s/) ?? [];
  assert.ok(Number(seconds) >= 25, told);
  await filter(cleo, "open");
  await cleo.waitForSelector(`[data-delivery="${id}"]`);
  assert.equal(await cleo.evaluate(() => window.neverReloaded), true);
});
