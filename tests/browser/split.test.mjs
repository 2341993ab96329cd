// A delivery is split at a hub in a real browser, on a server of its own whose engine is at rest.
// PACELINE says where the program is, CHROMIUM where the browser; SCREENSHOTS=folder keeps the picture
// that the docs show.
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

before(async () => {
  coop = await startCoop({ speed: 1, settings: { PACELINE_DISPATCH__ENABLED: "false" } });
  town = new Town(coop.url, { email: coop.admin, password: PASSWORD }, {
    couriers: 2, deliveries: 4, shops: 2, assigned_permille: 0,
  });
  await town.make();
  browser = await launch();
  ada = await board(browser, coop.url, await town.dispatcher("Ada"));
  ada.on("pageerror", (error) => faults.push(String(error)));
});

after(async () => {
  await browser?.close();
  await coop?.stop();
});

const get = (path) => coop.asAdmin("GET", path);
const truth = (id) => get(`/v1/deliveries/${id}`);
const firstLegs = async (id) =>
  (await get("/v1/deliveries?limit=100")).items.filter(({ leg }) => leg?.feeds === id);
const said = (page, text) => page.locator(".notices").getByText(text).first().waitFor();
const ask = "dialog[open]";

async function until(check, what) {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`never came true: ${what}`);
}

test("an admin opens a hub, closes it and opens it again", async () => {
  const page = await browser.newPage();
  page.on("pageerror", (error) => faults.push(String(error)));
  await page.goto(`${coop.url}/`);
  await page.locator("input[type=email]").fill(coop.admin);
  await page.locator("input[type=password]").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.goto(`${coop.url}/#admin`);
  const form = page.locator("[data-form=new-hub]");
  await form.locator("[name=name]").fill("Depot");
  await form.locator("[name=address]").fill("12 quai des Brumes");
  const [{ place }] = (await get("/v1/merchants")).items;
  await form.locator("[name=latitude]").fill(String(place.latitude + 0.004));
  await form.locator("[name=longitude]").fill(String(place.longitude));
  await form.locator("[name=instructions]").fill("The key is in the box.");
  await form.locator("[name=instructions]").press("Tab");
  await page.keyboard.press("Enter");
  const card = page.locator("[data-hub]");
  await card.getByText("Depot").waitFor();
  await page.getByRole("button", { name: "Close Depot" }).press("Enter");
  await card.getByText("Closed").waitFor();
  await page.getByRole("button", { name: "Open Depot again" }).press("Enter");
  await page.getByRole("button", { name: "Close Depot" }).waitFor();
  await assertAccessible(page, "the hubs", ANY_FAULT);
  await page.close();
});

test("a delivery is split by keyboard alone, with what that changes said before, and joined again", async () => {
  const keys = ada.keyboard;
  await ada.locator("[data-filter=open]").click();
  await ada.locator("#deliveries").focus();
  await keys.press("Home");
  const row = ada.locator("[data-delivery]").first();
  const id = await row.getAttribute("data-delivery");
  await ada.locator("#detail").waitFor();
  await keys.press("h");
  await ada.locator(`${ask} [data-effect]`).getByText("by one courier").waitFor();
  await ada.locator(`${ask} [data-effect]`).getByText("one courier would be paid").waitFor();
  await assertAccessible(ada, "the question at which hub", ANY_FAULT);
  if (SCREENSHOTS) await ada.screenshot({ path: `${SCREENSHOTS}/split.png` });
  assert.equal((await truth(id)).leg, undefined, "nothing is written yet");
  await ada.locator(`${ask} [data-ask=hub]`).focus();
  await keys.press("Tab");
  await ada.locator(`${ask} button[type=submit]`).focus();
  await keys.press("Enter");
  await said(ada, "Split at Depot.");
  assert.equal((await truth(id)).leg.goods, "at_sender");
  const [first] = await firstLegs(id);

  // Both legs are on the board, and each says what it is.
  await ada.locator(`[data-delivery="${id}"]`).getByText("Via Depot: not picked up yet").waitFor();
  await ada.locator(`[data-delivery="${first.id}"]`).getByText("To Depot for").waitFor();
  await assertAccessible(ada, "both legs on the board", ANY_FAULT);

  // The first leg is given: the second one says to whom.
  const courier = town.couriers[0];
  await coop.asAdmin("POST", `/v1/deliveries/${first.id}/assign`, { courier_id: courier.id });
  await ada.locator(`[data-delivery="${id}"]`).getByText("(Courier 001)").waitFor();

  await ada.locator("#deliveries").focus();
  await keys.press("Control+z");
  await until(async () => (await truth(id)).leg === undefined, "the split undone");
  assert.equal((await truth(first.id)).state, "cancelled");
});

test("what has left the sender cannot be joined, and what is at the hub is seen there", async () => {
  const open = (await get("/v1/deliveries?limit=100")).items.filter(({ state, leg }) => state === "open" && !leg);
  const { id } = open[0];
  const [hub] = (await get("/v1/hubs")).items;
  const act = async (how) => {
    const { results } = await coop.asAdmin("POST", "/v1/board/acts", { acts: [{ delivery_id: id, ...how }] });
    return results[0];
  };
  assert.equal((await act({ act: "split", hub_id: hub.id })).status, 200);
  await ada.locator(`[data-delivery="${id}"]`).getByText("Via Depot").waitFor();
  await ada.locator(`[data-delivery="${id}"]`).click();
  await ada.locator("#detail [data-act=join]").focus();
  await ada.keyboard.press("Enter");
  await said(ada, "One delivery again.");
  await until(async () => (await truth(id)).leg === undefined, "joined");
});

test("no script on these pages failed", () => {
  assert.deepEqual(faults, []);
});
