// Handing over on a phone, in a real browser: parcels, a photo, a PIN, several stops in one go, another order of
// the route. Run as courier.test.mjs is.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ANY_FAULT, assertAccessible, board, launch } from "./browser.mjs";
import { PASSWORD, startCoop } from "./coop.mjs";

const { SCREENSHOTS } = process.env;
const PATIENCE_MS = 30_000;
/** A white pixel, as PNG. */
const PHOTO = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==",
  "base64",
);

let coop;
let browser;
let phone;
let page;
let asShop;
let boxes;
let guarded;
let cut = false;
const faults = [];

before(async () => {
  coop = await startCoop({ speed: 1 });
  const email = "shop@coop.example";
  await coop.asAdmin("POST", "/v1/users", {
    name: "Paul", email, password: PASSWORD, roles: ["merchant"], merchant_id: coop.shop.id,
  });
  asShop = await coop.as(email);
  browser = await launch("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream");
  phone = await browser.newContext({
    viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, locale: "en-GB",
    permissions: ["geolocation", "camera"], geolocation: coop.metresEast(0), colorScheme: "light",
  });
  // No browser here has a detector of its own: the camera is a real one to the page, what is seen is said.
  await phone.addInitScript(() => {
    globalThis.BarcodeDetector = class {
      async detect() {
        return globalThis.inView ? [{ rawValue: globalThis.inView }] : [];
      }
    };
  });
  page = await phone.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on("console", (message) => {
    if (message.type() === "error" && !cut) faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`page: ${error.stack}`));
  await page.goto(`${coop.url}/app`);
  await page.getByLabel("E-mail").fill(coop.courier.email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.locator("[data-act=shift-start]").click();
  await page.waitForSelector("[data-sharing=on]");
});

after(async () => {
  await browser?.close();
  await coop?.stop();
});

const picture = async (name) => {
  if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/courier-${name}.png` });
};
const tap = (act) => page.locator(`[data-act=${act}]`).click();
const taskOf = (delivery, kind) => delivery.tasks.find((one) => one.kind === kind).id;
const route = async () => (await coop.asCourier("GET", "/v1/me/route")).stops.map(({ task_id }) => task_id);
const settled = () => page.waitForSelector("[data-events='0'][data-files='0']", { state: "attached" });

test("the arrows put the route into the courier's own order", async () => {
  boxes = await asShop("POST", "/v1/deliveries", {
    packages: [{ name: "Box", quantity: 3 }],
    dropoffs: [{ place: coop.metresEast(600), address: "6 quai des Brumes", needs: ["scan", "photo"] }],
  });
  guarded = await asShop("POST", "/v1/deliveries", {
    dropoffs: [{ place: coop.metresEast(900), address: "9 quai des Brumes", needs: ["pin"] }],
  });
  for (const { id } of [boxes, guarded]) {
    await coop.asAdmin("POST", `/v1/deliveries/${id}/assign`, { courier_id: coop.courier.id });
  }
  const [takeBoxes, takeOther] = [taskOf(boxes, "pickup"), taskOf(guarded, "pickup")];
  await page.waitForSelector(`[data-task=${takeBoxes}]`);
  await page.waitForFunction(() => document.querySelectorAll(".later li").length === 3);
  assert.match(await page.locator("[data-remaining]").textContent(), /^Stops left: 4\. At least .*km, in straight lines\.$/);
  const row = page.locator(".later li", { has: page.locator(`[data-stop=${takeOther}]`) });
  assert.ok(await row.locator("[data-act=later]").isDisabled(), "not behind its own drop-off");
  await row.locator("[data-act=earlier]").click();
  await coop.until(async () => (await route())[1] === takeOther);
  await assertAccessible(page, "the route", ANY_FAULT);
});

test("two orders at one counter are picked up by one tap", async () => {
  await tap("start");
  await page.getByText("2 stops at this place, done in one go").waitFor();
  await page.getByRole("button", { name: "Picked up: all 2" }).click();
  await page.waitForSelector(`[data-task=${taskOf(boxes, "dropoff")}]`);
  for (const { id } of [boxes, guarded]) {
    await coop.until(async () => (await coop.delivery(id)).state === "picked_up");
  }
});

test("each parcel is scanned, typed or said to stay behind, and what lacks is named", async () => {
  await settled();
  cut = true;
  await phone.setOffline(true);
  await tap("start");
  const reading = (kind) => page.waitForSelector(`[data-reading=${kind}]`);
  const type = async (code) => {
    await page.getByLabel("Code, or the parcel's number").fill(code);
    await page.keyboard.press("Enter");
  };
  await type(`${guarded.id}#1`);
  await reading("elsewhere");
  await page.getByText("Parcel 1 belongs to another stop of yours.").waitFor();
  await type("dlv_01k9c5v8r2e7sb8c5x6y7zcccc#1");
  await reading("foreign");
  await type("pizza");
  await reading("unknown");
  await type("1");
  await reading("here");
  await type(`${boxes.id.slice(-5)}#1`);
  await reading("again");
  await page.waitForSelector("[data-read='1']");
  await tap("scan");
  await page.evaluate((code) => void (globalThis.inView = code), `${boxes.id}#2`);
  await page.waitForSelector("[data-parcel='2'][data-is=read]");
  await page.evaluate(() => void (globalThis.inView = undefined));
  await tap("scan");
  await tap("delivered");
  await page.getByText("A photo is asked for. Scan each parcel, or say why it stays behind.").waitFor();
  await page.locator("[data-parcel='3'] select").selectOption("damaged");
  await page.waitForSelector("[data-read='3']");
  await assertAccessible(page, "parcels", ANY_FAULT);
  await page.locator("#stop-title").evaluate((title) => title.scrollIntoView());
  await picture("parcels");
  const photo = { name: "door.png", mimeType: "image/png", buffer: PHOTO };
  await page.locator("[data-act=photo]").setInputFiles(photo);
  await page.getByText("Photos kept: 1").waitFor();

  await page.reload(); // What has been gathered is kept on the phone.
  await page.waitForSelector("[data-net=offline]");
  await page.waitForSelector("[data-read='3']");
  await tap("delivered");
  await page.waitForSelector(`[data-task=${taskOf(guarded, "dropoff")}]`);
  await phone.setOffline(false);
  await settled();
  cut = false;
  const { state, tasks: [, door] } = await coop.delivery(boxes.id);
  assert.equal(state, "delivered");
  assert.deepEqual(door.proof.scanned, [1, 2]);
  assert.deepEqual(door.missing, [{ parcel: 3, code: "damaged" }]);
  const { items } = await coop.asAdmin("GET", `/v1/deliveries/${boxes.id}/proofs`);
  assert.deepEqual(items.map(({ id, kind }) => ({ id, kind })), door.proof.pictures);
});

test("the desk sees what stayed behind, the photo, and can let a stop do without its PIN", async () => {
  const desk = await board(browser, coop.url, { email: coop.admin, password: PASSWORD });
  desk.on("pageerror", (error) => faults.push(`board: ${error.stack}`));
  await desk.locator("[data-filter=done]").click();
  await desk.locator(`#deliveries [data-delivery="${boxes.id}"]`).click();
  await desk.getByText("Parcel 3 was not handed over (damaged)").waitFor();
  await desk.getByText("Parcels scanned: 2").waitFor();
  await desk.waitForSelector("[data-picture=photo] canvas[data-drawn=yes]");
  await desk.locator("[data-picture=photo]").click();
  await desk.waitForSelector(".pictures .whole canvas[data-drawn=yes]");
  await assertAccessible(desk, "what was handed over");
  const other = await asShop("POST", "/v1/deliveries", {
    dropoffs: [{ place: coop.metresEast(300), needs: ["pin"] }],
  });
  await desk.locator("[data-filter=open]").click();
  await desk.locator(`#deliveries [data-delivery="${other.id}"]`).click();
  await desk.locator("[data-needs=pin]").waitFor();
  assert.ok(!(await desk.content()).includes(`>${other.tasks[1].pin}<`), "the desk is not told");
  await desk.locator("[data-act=waive]").click();
  await desk.getByLabel("Why?").fill("The customer has lost it.");
  await desk.locator("[data-act=waive-pin]").click();
  await desk.locator("[data-needs=pin]").waitFor({ state: "detached" });
  await coop.until(async () => !(await coop.delivery(other.id)).tasks[1].needs.includes("pin"));
  await coop.asAdmin("POST", `/v1/deliveries/${other.id}/cancel`, { reason: "a test" });
  await desk.context().close();
});

test("a wrong PIN typed offline comes back with the tries that are left, and the right one is taken", async () => {
  const { tasks: [, { pin }] } = await asShop("GET", `/v1/deliveries/${guarded.id}`);
  assert.match(pin, /^\d{4}$/);
  cut = true;
  await phone.setOffline(true);
  await page.waitForSelector("[data-net=offline]");
  await tap("start");
  await page.getByText("Tries left: 5").waitFor();
  await tap("delivered");
  await page.getByText("Ask the customer for the four digits of the PIN.").waitFor();
  await assertAccessible(page, "a PIN", ANY_FAULT);
  await page.getByLabel("The customer's PIN").fill(pin === "0000" ? "1111" : "0000");
  await tap("delivered");
  await page.getByRole("heading", { name: "Waiting for an offer" }).waitFor();
  await phone.setOffline(false);
  await page.getByText("That was not the customer's PIN.").waitFor();
  await page.waitForSelector(`[data-task=${taskOf(guarded, "dropoff")}]`);
  await page.getByText("Tries left: 4").waitFor();
  cut = false;
  await page.getByRole("button", { name: "Dismiss" }).click();
  await picture("pin");
  assert.ok(!(await page.content()).includes(pin), "the phone never knows it");
  await page.getByLabel("The customer's PIN").fill(pin);
  await tap("delivered");
  await coop.until(async () => (await coop.delivery(guarded.id)).state === "delivered");
  await settled();
});

test("nothing failed on the way", () => assert.deepEqual(faults, []));
