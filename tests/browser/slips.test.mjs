// A slip of the thumb, a wait at the shop and what goes wrong on the way, on a phone; see courier.test.mjs
// for how to run it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { ANY_FAULT, assertAccessible, entered } from "./browser.mjs";
import { PASSWORD, startCoop } from "./coop.mjs";

const { SCREENSHOTS } = process.env;
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const PATIENCE_MS = 30_000;
/** Seconds of the co-op for one of ours: a wait passes soon, and two minutes are long enough to press. */
const SPEED = 8;
/** A white pixel, as PNG. */
const PHOTO = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==",
  "base64",
);

let coop;
let browser;
let phone;
let page;

before(async () => {
  coop = await startCoop({ speed: SPEED });
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  phone = await browser.newContext({
    viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, locale: "en-GB",
    permissions: ["geolocation"], geolocation: coop.metresEast(0), colorScheme: "light",
  });
  page = await phone.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(`${coop.url}/app`);
  await page.getByLabel("E-mail").fill(coop.courier.email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.locator("[data-act=shift-start]").click();
  await page.locator("[data-act=shift-stop]").waitFor();
  await settled();
});

after(async () => {
  await browser?.close();
  await coop?.stop();
});

const tap = (act) => page.locator(`[data-act=${act}]`).click();
const settled = () => page.waitForSelector("[data-events='0'][data-files='0']", { state: "attached" });
const stop = (delivery, kind) =>
  page.waitForSelector(`[data-task=${delivery.tasks.find((one) => one.kind === kind).id}]`);
const stateOf = async (delivery) => (await coop.delivery(delivery.id)).state;
const pieces = async () => (await coop.asCourier("GET", "/v1/me/pay")).lines.map(({ kind }) => kind);

/** Held by the courier, ready at once. */
async function held() {
  const delivery = await coop.order(0, 600);
  await coop.asAdmin("POST", `/v1/deliveries/${delivery.id}/assign`, { courier_id: coop.courier.id });
  await stop(delivery, "pickup");
  return delivery;
}

async function picture(name) {
  if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/courier-${name}.png` });
}

test("waiting is shown with what it pays, without a network too, and booked as it was shown", async () => {
  const delivery = await held();
  await tap("start");
  const timer = page.locator("[data-wait]");
  await timer.getByText("Waiting is paid from").waitFor();
  await assertAccessible(page, "waiting", ANY_FAULT);
  await settled();
  await phone.setOffline(true);
  // The tariff in force has five minutes that are free.
  await timer.getByText(/Paid since .*: €[\d.]+ so far/).waitFor({ timeout: 90_000 });
  await page.waitForFunction(() => Number(document.querySelector("[data-wait]")?.dataset.wait) > 0);
  await picture("waiting");
  const shown = Number(await timer.getAttribute("data-wait"));
  await tap("picked");
  await phone.setOffline(false);
  await settled();
  await stop(delivery, "dropoff");
  await tap("start");
  await page.getByLabel("Who took it").fill("Ada");
  await tap("delivered");
  await settled();
  await coop.until(async () => await stateOf(delivery) === "delivered");
  const [line] = (await coop.asCourier("GET", "/v1/me/pay")).lines;
  const booked = Math.floor((20 * (line.inputs.waited_s - 300) + 30) / 60);
  // Between reading and pressing, the clock went on.
  assert.ok(booked >= shown && booked - shown <= 10, `${shown} shown, ${booked} booked`);
});

test("a step is taken back by the keyboard, and the next stop is in nobody's way", async () => {
  const delivery = await held();
  await tap("start");
  await tap("picked");
  await stop(delivery, "dropoff");
  await page.locator("[data-undo=done]").getByText(/^Picked up at \d\d:\d\d$/).waitFor();
  await assertAccessible(page, "undo", ANY_FAULT);
  await picture("undo");
  await page.getByRole("button", { name: "Undo" }).focus();
  await page.keyboard.press("Enter");
  await stop(delivery, "pickup");
  await settled();
  await coop.until(async () => await stateOf(delivery) === "assigned");
  assert.equal(await page.locator("[data-undo]").count(), 0, "nothing is left to take back");
  await tap("picked");
  await tap("start");
  await page.getByLabel("Who took it").fill("Ada");
  await tap("delivered");
  await settled();
});

test("without a network a delivery is taken back and handed over again, and booked once", async () => {
  await coop.until(async () => !(await coop.asCourier("GET", "/v1/me/route")).stops.length);
  const before = (await pieces()).length;
  const delivery = await held();
  await tap("start");
  await tap("picked");
  await stop(delivery, "dropoff");
  await settled();
  await phone.setOffline(true);
  await tap("start");
  await page.getByLabel("Who took it").fill("Ada");
  await tap("delivered");
  await page.locator("[data-undo=done]").getByText(/^Handed over at/).waitFor();
  await page.reload(); // What can be taken back outlives the tab.
  await tap("undo");
  await stop(delivery, "dropoff");
  await page.getByLabel("Who took it").fill("Bea");
  await tap("delivered");
  await phone.setOffline(false);
  await settled();
  await coop.until(async () => await stateOf(delivery) === "delivered");
  const told = await coop.delivery(delivery.id);
  assert.equal(told.tasks[1].proof.signed_by, "Bea");
  const lines = await pieces();
  assert.deepEqual(lines.slice(0, lines.length - before), ["piece", "reversal", "piece"]);
});

test("what the server has booked is taken back in French as well", async () => {
  const delivery = await held();
  await tap("start");
  await tap("picked");
  await tap("start");
  await page.getByLabel("Who took it").fill("Ada");
  await tap("delivered");
  await settled();
  await coop.until(async () => await stateOf(delivery) === "delivered");
  await page.getByRole("button", { name: "Français" }).click();
  await page.getByRole("button", { name: "Annuler" }).click();
  await stop(delivery, "dropoff");
  await settled();
  await coop.until(async () => await stateOf(delivery) === "picked_up");
  await page.getByRole("button", { name: "English" }).click();
});

test("what goes wrong is told without a network, with a picture, and looked after at the desk", async () => {
  const next = page.locator("[data-task]").first();
  await next.waitFor();
  await settled();
  await phone.setOffline(true);
  await page.locator("[data-act=incident]").click();
  await page.getByLabel("I fell, or was hit").check();
  await page.getByRole("link", { name: "Call 112" }).waitFor();
  await assertAccessible(page, "an incident", ANY_FAULT);
  await picture("incident");
  await page.getByLabel("It has to do with").selectOption({ index: 1 });
  await page.getByLabel("In your words (optional)").fill("The tram line was wet.");
  await page.getByLabel("Pictures (optional)").setInputFiles({ name: "a.png", mimeType: "image/png", buffer: PHOTO });
  await tap("tell-incident");
  await page.getByRole("alert").getByText("Reported.").waitFor();
  await page.waitForSelector("[data-files='2']", { state: "attached" });
  assert.deepEqual((await coop.asAdmin("GET", "/v1/incidents")).items, []);
  await phone.setOffline(false);
  await settled();
  const told = async () => (await coop.asAdmin("GET", "/v1/incidents")).items;
  await coop.until(async () => (await told()).length === 1);
  const [{ id, kind, priority, delivery_id }] = await told();
  assert.deepEqual([kind, priority], ["fall", "urgent"]);
  assert.ok(delivery_id);
  await coop.until(async () => (await coop.asAdmin("GET", `/v1/incidents/${id}`)).pictures.length === 1);

  const office = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-GB" });
  const desk = await office.newPage();
  desk.setDefaultTimeout(PATIENCE_MS);
  await desk.goto(coop.url);
  await desk.getByLabel("E-mail").fill(coop.admin);
  await desk.getByLabel("Password").fill(PASSWORD);
  await desk.keyboard.press("Enter");
  await desk.locator(`[data-delivery=${delivery_id}] [data-incident=${id}]`).waitFor();
  await desk.goto(`${coop.url}/#incidents`);
  await desk.locator(`a[data-incident=${id}]`).click();
  await desk.locator(`[data-open-incident=${id}]`).getByText("The tram line was wet.").waitFor();
  await assertAccessible(desk, "incidents", ANY_FAULT);
  await desk.getByLabel("Remark for dispatchers").fill("Called her.");
  await desk.getByRole("button", { name: "Write it down" }).click();
  await desk.locator(`[data-open-incident=${id}]`).getByText("Called her.").waitFor();
  await desk.getByRole("button", { name: "I look after it" }).click();
  await desk.getByRole("button", { name: "Let go of it" }).waitFor();
  await desk.getByLabel("In your words; the shop sees these and nothing else").fill("It comes later.");
  await desk.getByRole("button", { name: "Tell the shop", exact: true }).click();
  await desk.locator("[data-shared]").getByText("It comes later.").waitFor();
  if (SCREENSHOTS) await desk.screenshot({ path: `${SCREENSHOTS}/incidents.png` });
  await desk.getByLabel("What was done").fill("Nothing is broken.");
  await desk.getByRole("button", { name: "Close", exact: true }).focus();
  await desk.keyboard.press("Enter");
  await desk.locator("[data-done]").getByText("Nothing is broken.").waitFor();
  await office.close();
  await seenByTheShop(delivery_id);
  await page.locator("[data-act=incident]").click();
  await page.locator("[data-incident=closed]").getByText("Nothing is broken.").waitFor();
});

/** The shop reads what it was told, and nothing else. */
async function seenByTheShop(delivery) {
  const email = "paul@coop.example";
  await coop.asAdmin("POST", "/v1/users", {
    name: "Paul", email, password: PASSWORD, roles: ["merchant"], merchant_id: coop.shop.id,
  });
  const shop = await entered(browser, coop.url, { email, password: PASSWORD, width: 900 });
  const line = shop.locator(`[data-delivery=${delivery}]`);
  await line.getByText("What went wrong on the way").click();
  const told = line.locator("[data-told] li");
  await told.getByText("It comes later.").waitFor();
  assert.ok(!(await told.innerText()).includes("tram"), "what the courier wrote stays inside");
  await assertAccessible(shop, "what a shop is told", ANY_FAULT);
  await shop.context().close();
}
