// What goes back: sent back at the board by the keyboard, brought back on the phone; and a shop that
// says what becomes of goods nobody takes. PACELINE says where the program is, CHROMIUM where the browser;
// SCREENSHOTS=folder keeps the picture that the docs show.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ANY_FAULT, assertAccessible, board, entered, launch } from "./browser.mjs";
import { PASSWORD, startCoop } from "./coop.mjs";

const { SCREENSHOTS } = process.env;

let coop;
let browser;
let desk;
let phone;
let delivery;

before(async () => {
  coop = await startCoop({ speed: 1, settings: { PACELINE_DISPATCH__ENABLED: "false" } });
  browser = await launch();
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, locale: "en-GB",
    permissions: ["geolocation"], geolocation: coop.metresEast(0), colorScheme: "light",
  });
  phone = await context.newPage();
  await phone.goto(`${coop.url}/app`);
  await phone.getByLabel("E-mail").fill(coop.courier.email);
  await phone.getByLabel("Password").fill(PASSWORD);
  await phone.keyboard.press("Enter");
  await phone.locator("[data-act=shift-start]").click();
  await coop.until(() => coop.asCourier("GET", "/v1/me/shift").then(() => true, () => false));
  desk = await board(browser, coop.url, { email: coop.admin, password: PASSWORD });
});

after(async () => {
  await browser?.close();
  await coop?.stop();
});

test("what is on the bike is sent back by keyboard, with a reason, and cannot be undone", async () => {
  delivery = await coop.order(0, 700);
  await coop.asAdmin("POST", `/v1/deliveries/${delivery.id}/assign`, { courier_id: coop.courier.id });
  await coop.asCourier("POST", `/v1/tasks/${delivery.tasks[0].id}/done`, {});
  await desk.locator("[data-filter=picked_up]").click();
  await desk.locator(`[data-delivery="${delivery.id}"]`).waitFor();
  await desk.locator("#deliveries").focus();
  await desk.keyboard.press("Home");
  await desk.keyboard.press("b");
  await desk.locator("dialog[open] [data-ask=code]").waitFor();
  await assertAccessible(desk, "the question why it goes back", ANY_FAULT);
  await desk.keyboard.type("Dam");
  await desk.keyboard.press("Tab");
  await desk.keyboard.type("the box is wet");
  await desk.keyboard.press("Enter");
  await desk.locator(".notices").getByText("On the way back.").waitFor();
  const now = await coop.delivery(delivery.id);
  assert.deepEqual([now.state, now.end_reason], ["returning", { code: "damaged", note: "the box is wet" }]);
  await desk.locator("[data-filter=returning]").click();
  await desk.locator(`[data-delivery="${delivery.id}"][data-state=returning]`).waitFor();
  assert.equal(await desk.locator("[data-desk=undo]").isDisabled(), true);
});

test("the courier brings it back to the counter, and the board lets it go", async () => {
  const back = (await coop.delivery(delivery.id)).tasks.find(({ kind }) => kind === "return");
  const stop = phone.locator(`[data-task="${back.id}"]`);
  await stop.getByText("Bring back").waitFor();
  await assertAccessible(phone, "the way back", ANY_FAULT);
  await stop.locator("[data-act=start]").click();
  await stop.getByLabel("Who took it?").fill("Paul");
  await stop.getByRole("button", { name: "Handed back" }).click();
  await coop.until(async () => (await coop.delivery(delivery.id)).state === "returned");
  await desk.locator("[data-filter=done]").click();
  await desk.locator(`[data-delivery="${delivery.id}"][data-state=returned]`).waitFor();
});

test("a shop says that goods nobody takes come back, on its plain page", async () => {
  await coop.asAdmin("POST", "/v1/users", {
    name: "Paul", email: "paul@coop.example", password: PASSWORD, roles: ["merchant"], merchant_id: coop.shop.id,
  });
  const shop = await entered(browser, coop.url, { email: "paul@coop.example", password: PASSWORD, width: 900 });
  await shop.getByLabel("Address").fill("3 quai des Brumes");
  const { latitude, longitude } = coop.metresEast(500);
  await shop.getByLabel("Latitude").fill(String(latitude));
  await shop.getByLabel("Longitude").fill(String(longitude));
  await shop.getByLabel("If nobody takes it").selectOption("return");
  await assertAccessible(shop, "the page of a shop");
  await shop.getByRole("button", { name: "Send it" }).click();
  await coop.until(async () => (await coop.asAdmin("GET", "/v1/deliveries?state=open")).items.length > 0);
  await shop.locator("[data-delivery][data-state=open]").waitFor();
  if (SCREENSHOTS) await shop.screenshot({ path: `${SCREENSHOTS}/shop.png` });
  const [made] = (await coop.asAdmin("GET", "/v1/deliveries?state=open")).items;
  assert.equal(made.if_undeliverable, "return");
});
