// A week of shifts in real browsers, against a server of its own: a dispatcher publishes it, a courier takes
// one on a phone, waits for another and asks for a day off; the dispatcher sees it and answers.
//   PACELINE=target/debug/paceline npm run office
// SCREENSHOTS=folder keeps the pictures that the docs show.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ANY_FAULT, assertAccessible, entered, launch, newPhone } from "./browser.mjs";
import { PASSWORD, startCoop } from "./coop.mjs";

const { SCREENSHOTS } = process.env;
const SCRIPT_BYTES_MAX = 200_000;

let coop;
let browser;
let desk;
let phone;
let scripts;
const faults = [];

before(async () => {
  coop = await startCoop({ speed: 1 });
  browser = await launch();
  desk = await entered(browser, coop.url, { email: coop.admin, password: PASSWORD });
  ({ phone, scripts } = await newPhone(browser));
  for (const page of [desk, phone]) page.on("pageerror", (error) => faults.push(error.stack));
});

after(async () => {
  await browser?.close();
  await coop?.stop();
});

const picture = async (page, name) => {
  if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/${name}.png` });
};
const items = async (path) => (await coop.asAdmin("GET", path)).items;

test("a dispatcher makes a usual week and publishes the next one, once", async () => {
  await desk.waitForSelector("body[data-ready]");
  await desk.goto(`${coop.url}/#shifts`);
  await desk.getByRole("heading", { name: "Shifts", exact: true }).waitFor();
  const form = desk.locator("[data-form=new-template]");
  await form.getByLabel("Name").fill("usual");
  await form.getByLabel("Places").fill("1");
  await form.getByRole("button", { name: "Create" }).click();
  await desk.locator("[data-template]").waitFor();
  await desk.locator("[data-act=week-after]").click();
  await desk.locator("[data-act=publish]").click();
  await desk.getByText(/[45] offered, 0 were before, 0 left out\./).waitFor();
  await desk.locator("[data-act=publish]").click();
  await desk.getByText(/0 offered, [45] were before, 0 left out\./).waitFor();
  await assertAccessible(desk, "shift plan", ANY_FAULT);
});

test("a courier takes a shift, offers it to colleagues, waits for another, and asks for a day off", async () => {
  const week = await desk.locator("[data-week]").getAttribute("data-week");
  const openings = await items(`/v1/openings?week=${week}`);
  // Somebody else has the last one.
  await coop.asAdmin("POST", "/v1/couriers", { name: "Max", email: "max@coop.example", password: PASSWORD });
  const asMax = await coop.as("max@coop.example");
  await asMax("POST", `/v1/openings/${openings.at(-1).id}/apply`, {});
  await phone.goto(`${coop.url}/app`);
  await phone.getByLabel("E-mail").fill(coop.courier.email);
  await phone.getByLabel("Password").fill(PASSWORD);
  await phone.keyboard.press("Enter");
  await phone.getByRole("link", { name: "Shifts" }).click();
  const offered = (id) => phone.locator(`[data-opening="${id}"]`);
  await offered(openings[0].id).locator("[data-act=apply]").click();
  await phone.getByText("The shift is yours.").waitFor();
  await phone.locator("[data-planned]").waitFor();
  await offered(openings.at(-1).id).locator("[data-act=apply]").click();
  await phone.locator("[data-mine=waiting]").getByText("You wait for a place: number 1.").waitFor();
  for (let shown = await phone.locator(".notices p").count(); shown > 0; shown -= 1) {
    await phone.locator(".notices button").first().click();
  }
  await phone.evaluate(() => scrollTo(0, 0));
  await picture(phone, "courier-shifts");
  await phone.locator("[data-act=no-shift]").click();
  await phone.locator("[data-act=offer-shift]").click();
  await phone.locator("[data-offered]").waitFor();
  const [swap] = (await asMax("GET", "/v1/me/swaps")).items;
  assert.equal(swap.name, "Lina");
  await phone.locator("[data-act=days-off]").click();
  const day = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);
  await phone.getByLabel("First day").fill(day);
  await phone.getByLabel("Last day").fill(day);
  await phone.getByRole("button", { name: "Ask", exact: true }).click();
  await phone.locator("[data-days-off=asked]").waitFor();
  await phone.locator("[data-act=week]").click();
  await phone.getByLabel("From").fill("18:00");
  await phone.getByLabel("To", { exact: true }).fill("23:00");
  await phone.getByRole("button", { name: "Add", exact: true }).click();
  await phone.locator("[data-rule=cannot]").getByText("Monday 18:00–23:00").waitFor();
  await assertAccessible(phone, "my shifts", ANY_FAULT);
  const bytes = [...scripts.values()].reduce((sum, size) => sum + size, 0);
  assert.ok(bytes > 0 && bytes < SCRIPT_BYTES_MAX, `${bytes} bytes of script`);
});

test("a break is large on the phone with one button to go on, and stands on the board", async () => {
  await phone.getByRole("link", { name: "Ride" }).click();
  await phone.locator("[data-act=shift-start]").click();
  await phone.locator("[data-act=shift-pause]").click();
  await phone.getByRole("heading", { name: "You are on a break" }).waitFor();
  await phone.locator("[data-sharing=off]").waitFor();
  await phone.locator("[data-events='0']").waitFor({ state: "attached" });
  await assertAccessible(phone, "a break", ANY_FAULT);
  await picture(phone, "courier-break");
  const board = await coop.asAdmin("GET", "/v1/board");
  assert.ok(board.couriers.find(({ name }) => name === "Lina").paused_at);
  await desk.goto(`${coop.url}/`);
  await desk.locator("#tab-couriers").click();
  await desk.locator("[data-courier][data-break=on]").getByText(/On a break since/).waitFor();
  // The keyboard does it, too.
  await phone.locator("[data-act=shift-resume]").focus();
  await phone.keyboard.press("Enter");
  await phone.getByRole("heading", { name: "Waiting for an offer" }).waitFor();
  await desk.locator("[data-courier]:not([data-break])").getByText("Lina").waitFor();
  await phone.locator("[data-act=shift-stop]").click();
  await phone.locator("[data-act=shift-start]").waitFor();
});

test("a courier asks for other hours, a dispatcher agrees, and shorter ones wait for the courier", async () => {
  await phone.getByRole("link", { name: "Shifts" }).click();
  const worked = phone.locator("[data-worked]").first();
  await worked.locator("[data-act=wrong-hours]").click();
  const earlier = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Paris", hour: "2-digit", minute: "2-digit" })
    .format(Date.now() - 3_600_000);
  await worked.getByLabel("From").first().fill(earlier);
  await worked.getByLabel("What happened?").fill("the phone was flat");
  await worked.getByRole("button", { name: "Ask for it to be corrected" }).click();
  await phone.locator("[data-correction=waits_for_dispatcher]").waitFor();
  await assertAccessible(phone, "hours worked", ANY_FAULT);
  await desk.goto(`${coop.url}/#shifts`);
  await desk.locator("[data-asked]").getByText("the phone was flat").waitFor();
  await desk.locator("[data-act=agree-hours]").click();
  await desk.getByText("Answered; the courier is told.").waitFor();
  const [correction] = (await coop.asCourier("GET", "/v1/me/shift-corrections")).items;
  assert.equal(correction.state, "in_effect");
  await coop.asAdmin("POST", `/v1/shifts/${correction.shift_id}/correct`, {
    ...correction.was, paid_seconds: undefined, reason: "she began at noon",
  });
  await phone.reload();
  await phone.locator("[data-correction=waits_for_courier]").getByText("she began at noon").waitFor();
  await phone.locator("[data-act=refuse-hours]").click();
  await phone.locator("[data-correction=refused]").waitFor();
  await desk.reload();
  await desk.locator("[data-act=hours-of]").selectOption({ label: "Lina" });
  await desk.locator("[data-correction=refused]").waitFor();
  await assertAccessible(desk, "hours worked", ANY_FAULT);
});

test("a calendar subscribes to a link of the courier's, until it is withdrawn", async () => {
  await phone.locator("[data-act=make-calendar]").click();
  const address = await phone.locator("[data-calendar]").inputValue();
  const calendar = await (await fetch(address)).text();
  assert.match(calendar, /BEGIN:VEVENT\r\n(.*\r\n)*STATUS:CONFIRMED/);
  await assertAccessible(phone, "a calendar link", ANY_FAULT);
  await phone.locator("[data-act=withdraw-calendar]").click();
  await phone.getByText("The link works no longer.").waitFor();
  assert.equal((await fetch(address)).status, 404);
});

test("an admin says what a courier knows, and a shift asks for it, for a vehicle and for a zone", async () => {
  const ring = [[2.33, 48.84], [2.37, 48.84], [2.37, 48.87], [2.33, 48.84]];
  await coop.asAdmin("POST", "/v1/zones", { name: "centre", shape: { type: "Polygon", coordinates: [ring] } });
  await desk.goto(`${coop.url}/#admin`);
  await desk.getByLabel("Skills of Lina").fill("keys, cargo");
  await desk.getByLabel("Skills of Lina").press("Enter");
  await desk.getByText("Kept: Lina.").waitFor();
  const { items: couriers } = await coop.asAdmin("GET", "/v1/couriers");
  assert.deepEqual(couriers.find(({ name }) => name === "Lina").skills, ["cargo", "keys"]);
  await assertAccessible(desk, "skills", ANY_FAULT);
  await desk.goto(`${coop.url}/#shifts`);
  const form = desk.locator("[data-form=offer-shift]");
  const day = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10);
  await form.getByLabel("Day").fill(day);
  await form.getByLabel("Skills that are needed").fill("keys");
  await form.getByLabel("Zone").selectOption("centre");
  await form.getByLabel("Cargo bike").check();
  await form.getByRole("button", { name: "Offer", exact: true }).click();
  await desk.getByText("Offered.").waitFor();
  const offered = await coop.asCourier("GET", "/v1/me/openings");
  const found = offered.items.find(({ wanted }) => wanted.zone === "centre");
  assert.deepEqual([found.wanted.vehicles, found.wanted.skills], [["cargo_bike"], ["keys"]]);
});

test("the dispatcher sees who has a shift and who waits, takes one off and grants the day", async () => {
  await desk.goto(`${coop.url}/#shifts`);
  await desk.reload();
  await desk.locator("[data-act=week-after]").click();
  await desk.locator("[data-waits]").getByText("1. Lina").waitFor();
  // By the clocks where the co-op is, wherever the browser is.
  await desk.locator("tr").getByText("11:30–14:00").first().waitFor();
  await picture(desk, "shift-plan");
  await desk.getByRole("button", { name: /^Take off: Max/ }).click();
  await desk.getByLabel("Why? The couriers are told.").first().fill("the flu");
  await desk.keyboard.press("Enter");
  await desk.getByText("Taken off; the next in turn has the place.").waitFor();
  await coop.until(async () => (await desk.locator("[data-waits]").count()) === 0);
  const { items: mine } = await coop.asCourier("GET", "/v1/me/shifts");
  assert.equal(mine.filter(({ state }) => state === "planned").length, 2, "her own, and the one that became free");
  await desk.locator("[data-act=grant]").click();
  await desk.locator("[data-days-off=granted]").waitFor();
  await assertAccessible(desk, "shift plan, answered", ANY_FAULT);
  assert.deepEqual(faults, []);
});
