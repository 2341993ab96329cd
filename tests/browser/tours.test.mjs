// Tours in a real browser, on a server of their own whose engine is at rest. PACELINE says where the
// program is, CHROMIUM where the browser; SCREENSHOTS=folder keeps the picture that the docs show.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Town } from "./bench/town.mjs";
import { ANY_FAULT, assertAccessible, board, launch } from "./browser.mjs";
import { PASSWORD, startCoop } from "./coop.mjs";

const { SCREENSHOTS } = process.env;
const faults = [];

let coop;
let browser;
let town;
let ada;
let bob;

before(async () => {
  coop = await startCoop({ speed: 1, settings: { PACELINE_DISPATCH__ENABLED: "false" } });
  town = new Town(coop.url, { email: coop.admin, password: PASSWORD }, {
    couriers: 4, deliveries: 10, shops: 3, assigned_permille: 100,
  });
  await town.make();
  browser = await launch();
  [ada, bob] = await Promise.all(["Ada", "Bob"].map(async (name) =>
    board(browser, coop.url, await town.dispatcher(name))));
  for (const page of [ada, bob]) page.on("pageerror", (error) => faults.push(String(error)));
});

after(async () => {
  await browser?.close();
  await coop?.stop();
});

const get = (path) => coop.asAdmin("GET", path);
const truth = (id) => get(`/v1/deliveries/${id}`);
const tours = async () => (await get("/v1/tours")).items;
const tourCalled = async (name) => (await tours()).find((tour) => tour.name === name);
const tab = (page, name) => page.getByRole("tab", { name, exact: true }).click();
const said = (page, text) => page.locator(".notices").getByText(text).first().waitFor();

async function until(check, what) {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`never came true: ${what}`);
}

async function answer(page, text) {
  await page.locator("dialog[open] [data-ask]").first().waitFor();
  await page.keyboard.press("Control+a");
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
  await page.locator("dialog[open]").waitFor({ state: "detached" });
}

async function middle(locator) {
  const { x, y, width, height } = await locator.boundingBox();
  return [x + Math.min(width / 2, 120), y + height / 2];
}

async function dragTo(page, from, [x, y]) {
  await page.mouse.move(...await middle(from));
  await page.mouse.down();
  await page.mouse.move(x, y, { steps: 8 });
  await page.mouse.up();
}

const routeOf = async (courier) => {
  const { couriers } = await town.board();
  return couriers.find(({ id }) => id === courier).route.map(({ task_id }) => task_id);
};

test("without a tour the list says how one is made", async () => {
  await tab(bob, "Tours");
  await bob.getByText("what goes together becomes a tour").waitFor();
  await assertAccessible(bob, "no tours", ANY_FAULT);
});

test("a tour is made, given, ordered, renamed, carried over and removed by keyboard alone", async () => {
  const keys = ada.keyboard;
  await ada.locator("[data-filter=open]").click();
  await ada.locator("#deliveries").focus();
  await keys.press("Home");
  await keys.press("Shift+ArrowDown");
  await ada.locator(".desk-count").getByText("2 deliveries marked").waitFor();
  await keys.press("g");
  await ada.locator("dialog[open] [data-ask=name]").waitFor();
  await assertAccessible(ada, "the question into which tour");
  await answer(ada, "North");
  await said(ada, "2 deliveries in “North”.");
  const made = await tourCalled("North");
  assert.equal(made.delivery_ids.length, 2);
  // The other dispatcher sees it at once, with its sums.
  const row = bob.locator(`[data-tour="${made.id}"]`);
  await row.getByText("North").waitFor();
  await row.getByText("4 stops").waitFor();
  await row.getByText("Nobody yet").waitFor();

  await ada.locator("#detail").focus();
  await keys.press("m");
  await answer(ada, "Courier 002");
  await said(ada, "“North” given to Courier 002.");
  const courier = town.couriers[1].id;
  assert.deepEqual(await routeOf(courier), made.stops);
  await row.getByText("Courier 002").waitFor();

  // The first stop is ridden later: in the tour, and in the route of who rides it.
  const down = ada.locator("#detail [data-act=down]").nth(1);
  await down.focus();
  await keys.press("Enter");
  await said(ada, "New order for “North”.");
  const [a, b, c, d] = made.stops;
  assert.deepEqual((await tourCalled("North")).stops, [a, c, b, d]);
  assert.deepEqual(await routeOf(courier), [a, c, b, d]);
  await keys.press("Control+z");
  await until(async () => (await tourCalled("North")).stops.join() === made.stops.join(), "order undone");

  await ada.locator("#detail").focus();
  await keys.press("u");
  await said(ada, "“North” taken back.");
  for (const id of made.delivery_ids) assert.equal((await truth(id)).state, "open");
  await keys.press("Control+z");
  await until(async () => (await truth(made.delivery_ids[0])).courier_id === courier, "given again");
  await keys.press("Control+z");
  await until(async () => (await truth(made.delivery_ids[0])).state === "open", "and the giving undone");

  await ada.locator("#detail").focus();
  await keys.press("n");
  await answer(ada, "North, early");
  await until(() => tourCalled("North, early"), "renamed");
  await row.getByText("North, early").waitFor();
  await ada.locator("#detail").focus();
  await keys.press("r");
  await ada.locator("dialog[open] [data-ask=day]").waitFor();
  await ada.locator("dialog[open] [data-ask=day]").fill("2031-05-06");
  await keys.press("Enter");
  await until(async () => (await tourCalled("North, early"))?.day === "2031-05-06", "carried over");
  const moved = await tourCalled("North, early");
  assert.deepEqual(moved.stops, made.stops);
  await bob.locator(`[data-tour="${moved.id}"]`).getByText("6 May 2031").waitFor();
  assert.equal(await bob.locator(`[data-tour="${made.id}"]`).count(), 0, "nothing was left of it");

  await tab(ada, "Tours");
  await ada.locator("#tours").focus();
  await keys.press("Home");
  await keys.press("Delete");
  await ada.locator("dialog[open]").waitFor();
  await ada.locator("dialog[open] button[type=submit]").focus();
  await keys.press("Enter");
  await said(ada, "“North, early” removed.");
  await bob.getByText("what goes together becomes a tour").waitFor();
  assert.equal((await truth(made.delivery_ids[0])).desk.tour_id, undefined);
  await keys.press("Control+z");
  await until(() => tourCalled("North, early"), "removal undone");
});

test("deliveries, stops and tours are dragged", async () => {
  const tour = await tourCalled("North, early");
  await tab(ada, "Deliveries");
  await ada.locator("[data-filter=open]").click();
  const fresh = ada.locator("[data-delivery][data-state=open]");
  let free;
  for (let n = 0; !free; n += 1) {
    const id = await fresh.nth(n).getAttribute("data-delivery");
    if (!tour.delivery_ids.includes(id)) free = { id, row: fresh.nth(n) };
  }
  // Held over its tab, the list of tours opens.
  await ada.mouse.move(...await middle(free.row));
  await ada.mouse.down();
  await ada.mouse.move(...await middle(ada.locator("#tab-tours")), { steps: 8 });
  const row = ada.locator(`[data-tour="${tour.id}"]`);
  await row.waitFor();
  await ada.mouse.move(...await middle(row), { steps: 8 });
  await ada.mouse.up();
  await said(ada, "1 delivery put into “North, early”.");
  const more = await tourCalled("North, early");
  assert.deepEqual(more.delivery_ids.toSorted(), [...tour.delivery_ids, free.id].toSorted());

  // A stop within the tour; its last drop-off goes before the one above it.
  await row.click();
  const stop = (n) => ada.locator("#detail [data-tour-stop]").nth(n);
  await stop(5).waitFor();
  const moved = await stop(2).getAttribute("data-tour-stop");
  const box = await stop(0).boundingBox();
  await dragTo(ada, stop(2), [box.x + 30, box.y + 4]);
  await until(async () => (await tourCalled("North, early")).stops[0] === moved, "it is the first stop");
  await assertAccessible(ada, "a tour with its stops");
  if (SCREENSHOTS) await ada.screenshot({ path: `${SCREENSHOTS}/tours.png` });

  // All of it onto a courier, and taken out of it, and back to the open list.
  await tab(ada, "Routes");
  const courier = town.couriers[2].id;
  await dragTo(ada, row, await middle(ada.locator(`#routes [data-drop-courier="${courier}"]`)));
  await said(ada, "given to Courier 003");
  assert.deepEqual(await routeOf(courier), (await tourCalled("North, early")).stops);
  await ada.locator("#detail [data-act=out]").first().click();
  await said(ada, "1 delivery taken out of “North, early”.");
  assert.equal((await tourCalled("North, early")).delivery_ids.length, 2);
  await ada.locator("[data-tour-act=take-back]").click();
  await said(ada, "“North, early” taken back.");
});

test("who comes second is told who was first, and sees the tour as it is", async () => {
  const tour = await tourCalled("North, early");
  await ada.locator(`[data-tour="${tour.id}"]`).click();
  await ada.route(`**/v1/tours/${tour.id}/give`, async (route) => {
    const { access_token } = await town.call("/v1/auth/login", { email: coop.admin, password: PASSWORD });
    const response = await fetch(`${coop.url}/v1/tours/${tour.id}`, {
      method: "PATCH", body: JSON.stringify({ name: "South" }),
      headers: { "content-type": "application/json", authorization: `Bearer ${access_token}` },
    });
    assert.equal(response.status, 200);
    await route.continue();
  }, { times: 1 });
  await ada.keyboard.press("m");
  await answer(ada, "Courier 004");
  const { name } = await get("/v1/me");
  await said(ada, `${name} has changed “South” first.`);
  assert.deepEqual(await routeOf(town.couriers[3].id), []);
  await ada.locator(`[data-tour="${tour.id}"]`).getByText("South").waitFor();
});

test("a zone narrows the list and is drawn on the map", async () => {
  const { latitude, longitude } = town.base;
  const [west, east, south, north] = [longitude - 0.1, longitude, latitude - 0.1, latitude + 0.1];
  const ring = [[west, south], [east, south], [east, north], [west, north], [west, south]];
  await coop.asAdmin("POST", "/v1/zones", { name: "west", shape: { type: "Polygon", coordinates: [ring] } });
  await bob.reload();
  await bob.waitForSelector("body[data-ready=board]");
  await bob.locator("[data-filter=active]").click();
  await bob.locator(".narrow summary").click();
  await bob.locator("[data-narrow=zone]").selectOption("west");
  const { deliveries } = await town.board();
  const wanted = deliveries.filter(({ tasks }) => tasks.some(({ place }) => place.longitude < longitude));
  assert.ok(wanted.length > 0 && wanted.length < deliveries.length, "some lie there, and some do not");
  const shown = () => bob.locator("#deliveries [data-delivery]").evaluateAll((rows) =>
    rows.map((row) => row.dataset.delivery));
  const ids = wanted.map(({ id }) => id).toSorted().join();
  await until(async () => (await shown()).toSorted().join() === ids, "the list has what lies there");
  const zones = await bob.evaluate(() => window.paceline.mapFeatures("zones"));
  assert.deepEqual(zones, [{ name: "west", chosen: true }]);
  await assertAccessible(bob, "narrowed to a zone");
});

test("a courier's pay an hour stands beside the others'", async () => {
  await tab(bob, "Couriers");
  await bob.locator(".side [data-courier]").first().click();
  await bob.locator("[data-earned]").getByText("Nobody on duty has been paid").waitFor();
  await assertAccessible(bob, "a courier with pay");
});

test("the log names shops and couriers, and leads to the board", async () => {
  await bob.goto(`${coop.url}/#log`);
  const line = bob.locator("[data-logged=assign]").first();
  await line.getByText(/^Shop \d /).first().waitFor();
  await line.getByText(/^Courier \d{3}$/).waitFor();
  await bob.locator("[data-logged=give_tour]").first().waitFor();
  await assertAccessible(bob, "the log of tours");
  await line.getByRole("link", { name: /^On the board/ }).click();
  await bob.waitForSelector("body[data-ready=board]");
  await bob.locator("#detail").getByText(/^Shop \d/).first().waitFor();
});

test("tours are whole in French", async () => {
  await ada.getByLabel("Language").selectOption("fr");
  await ada.getByRole("tab", { name: "Tournées" }).waitFor();
  await ada.locator("#detail").getByText("Donner à…").waitFor();
  await assertAccessible(ada, "tours in French", ANY_FAULT);
  assert.deepEqual(faults, []);
});
