// The board in a real browser, against a running server:
//   PACELINE_URL=http://127.0.0.1:8080 PACELINE_EMAIL=… PACELINE_PASSWORD=… npm test
// SCREENSHOTS=folder keeps the pictures that the docs show; CHROMIUM says where the browser is.
// Asserts on the DOM and on the map's features, never on pixels.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible as accessible, launch } from "./browser.mjs";

const { PACELINE_EMAIL, PACELINE_PASSWORD, SCREENSHOTS } = process.env;
const url = new URL(process.env.PACELINE_URL ?? "http://127.0.0.1:8080");
/** The server under test may share two cores with a build. */
const PATIENCE_MS = 30_000;

let browser;
let page;
const faults = [];
/** While the network is cut on purpose, the browser reports each failed request as an error. */
let cut = false;

before(async () => {
  assert.ok(PACELINE_EMAIL && PACELINE_PASSWORD, "set PACELINE_EMAIL and PACELINE_PASSWORD");
  browser = await launch();
  const context = await browser.newContext({
    viewport: { width: 1600, height: 960 }, locale: "en-GB", colorScheme: "light",
  });
  page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on("console", (message) => {
    if (message.type() === "error" && !cut) faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`page: ${error.stack}`));
  page.on("request", (request) => {
    const target = request.url();
    const inside = target.startsWith(url.origin) || target.startsWith("data:");
    if (!inside) faults.push(`request to another origin: ${target}`);
  });
});

after(() => browser?.close());

/** Presses Tab until the focus is on `selector`, as somebody without a mouse would. */
async function tabTo(selector) {
  for (let presses = 0; presses < 60; presses += 1) {
    const there = await page.evaluate((s) => document.activeElement?.matches(s) ?? false, selector);
    if (there) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab never reaches ${selector}`);
}

const assertAccessible = (where) => accessible(page, where);
const mapFeatures = (layer) => page.evaluate((name) => window.paceline.mapFeatures(name), layer);
const chosenTheme = (theme) => page.getByLabel("Theme").selectOption(theme);

test("a wrong password is refused in words", async () => {
  await page.goto(url.href);
  await assertAccessible("login");
  cut = true; // The browser logs the 401 itself.
  await page.getByLabel("E-mail").fill(PACELINE_EMAIL);
  await page.getByLabel("Password").fill("not the password");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("E-mail or password is wrong.").waitFor();
  cut = false;
});

test("a dispatcher logs in and sees couriers and deliveries, in the lists and on the map", async () => {
  await page.getByLabel("E-mail").fill(PACELINE_EMAIL);
  await page.getByLabel("Password").fill(PACELINE_PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForSelector("body[data-ready=board]");
  await page.waitForSelector("[data-delivery]");
  await page.waitForSelector("[data-link=live]");
  await page.waitForFunction(() => window.paceline.mapFeatures("couriers").length > 0);
  await page.waitForFunction(() => window.paceline.mapFeatures("tasks").length > 0);
  const [courier] = await mapFeatures("couriers");
  await page.getByRole("tab", { name: "Couriers" }).click();
  await page.getByRole("listbox", { name: "Couriers" }).waitFor();
  await page.waitForSelector("[data-courier]");
  assert.match(courier.id, /^cou_/);
});

/** One of the pictures that the docs show. */
async function picture(name) {
  if (!SCREENSHOTS) return;
  await page.waitForTimeout(2_000); // Let the map settle.
  await page.screenshot({ path: `${SCREENSHOTS}/${name}.png` });
}

test("every page of the board is whole: map, routes, questions", async () => {
  await page.getByRole("tab", { name: "Deliveries" }).click();
  await page.locator("[data-delivery]").first().click();
  await picture("board");
  await assertAccessible("board");
  await page.locator("[data-delivery]").nth(1).click({ modifiers: ["Control"] });
  await page.getByRole("tab", { name: "Routes" }).click();
  await page.locator("#routes [data-drop-courier]").first().waitFor();
  await page.locator(".narrow summary").click();
  await assertAccessible("routes, with two marked and the filters open");
  await picture("routes");
  for (const ask of ["move", "tag", "note", "reschedule", "cancel"]) {
    await page.locator(`[data-desk=${ask}]`).click();
    await page.locator("dialog[open]").waitFor();
    await assertAccessible(`the question of ${ask}`);
    if (ask === "move") await picture("move-to");
    await page.keyboard.press("Escape");
    await page.locator("dialog[open]").waitFor({ state: "detached" });
  }
  await page.getByRole("tab", { name: "Map" }).click();
  await page.getByRole("button", { name: "Unmark all" }).click();
});

test("pulse, log and admin are whole, and the board is as it was", async () => {
  for (const [name, shown] of [["Pulse", "[data-tile=placed]"], ["Log", "[data-logged], .muted"], ["Admin", "[data-user]"]]) {
    await page.getByRole("navigation").getByRole("link", { name, exact: true }).click();
    await page.waitForSelector("body[data-ready=page]");
    await page.locator(shown).first().waitFor();
    await assertAccessible(name);
    await picture(name.toLowerCase());
  }
  await page.locator("[data-merchant]").first().getByRole("button").click();
  assert.ok((await page.locator("[data-secret]").textContent()).length >= 32, "the secret is shown");
  await page.getByRole("button", { name: "I have kept it" }).click();
  assert.equal(await page.locator("[data-secret]").count(), 0, "once");

  const [longitude, latitude] = [5.7, 45.2];
  const corners = [[0, 0], [0.1, 0], [0.1, 0.1]].map(([x, y]) => `${longitude + x} ${latitude + y}`).join(", ");
  await page.locator("[data-form=new-zone] textarea").fill(corners);
  await page.locator("[data-form=new-zone] input[name=name]").fill("hill");
  await page.getByRole("button", { name: "Keep the zone" }).click();
  await page.locator(".zones").getByText("hill").waitFor();
  await page.getByRole("button", { name: "Draw a zone" }).click();
  await page.locator(".zone-map").scrollIntoViewIfNeeded();
  const { x, y, width, height } = await page.locator(".zone-map").boundingBox();
  await page.mouse.move(x + width * 0.3, y + height * 0.3);
  await page.mouse.down();
  for (const [right, down] of [[0.7, 0.3], [0.7, 0.7], [0.3, 0.7], [0.3, 0.35]]) {
    await page.mouse.move(x + width * right, y + height * down, { steps: 5 });
  }
  await page.mouse.up();
  assert.ok((await page.locator("[data-form=new-zone] textarea").inputValue()).split(",").length > 8, "it is drawn");
  await page.locator("[data-form=try-price]").getByRole("button", { name: "Try" }).click();
  await page.waitForSelector("[data-tried=price]");
  await page.locator("[data-settings=told] summary").click();
  await page.locator("[data-settings] code").getByText("dispatch.tick_s", { exact: true }).waitFor();
  await assertAccessible("admin, with a price tried and the settings");
  await page.getByRole("navigation").getByRole("link", { name: "Board", exact: true }).click();
  await page.waitForSelector("body[data-ready=board]");
  await page.waitForSelector("[data-link=live]");
  await page.waitForSelector("[data-delivery]");
  await page.locator(".narrow summary").click(); // As it was left.
});

test("a view is kept by its name", async () => {
  await page.locator("[data-filter=late]").click();
  await page.locator("[data-view-name]").fill("Late ones");
  await page.keyboard.press("Enter");
  await page.locator("[data-filter=active]").click();
  await page.locator('[data-view="Late ones"]').click();
  await page.locator("[data-filter=late][aria-pressed=true]").waitFor();
  await page.getByRole("button", { name: "Forget the view Late ones" }).click();
  await page.locator("[data-filter=active]").click();
  await page.locator(".narrow summary").click();
});

test("couriers move on the map without a reload", async () => {
  const places = async () => (await mapFeatures("couriers")).map(({ heading }) => heading).join();
  const first = await places();
  await page.waitForFunction(
    (before) => window.paceline.mapFeatures("couriers").map((c) => c.heading).join() !== before,
    first,
  );
});

test("a delivery is assigned with the keyboard alone", async () => {
  await page.getByRole("tab", { name: "Deliveries" }).focus();
  await page.keyboard.press("Enter");
  await tabTo("[data-filter=open]");
  await page.keyboard.press("Enter");
  const open = await page.waitForSelector("[data-delivery][data-state=open]").catch(() => null);
  if (!open) { // Everything has a courier: then one is moved to another.
    await page.getByRole("tab", { name: "Deliveries" }).focus();
    await tabTo("[data-filter=assigned]");
    await page.keyboard.press("Enter");
    await page.waitForSelector("[data-delivery][data-state=assigned]");
  }
  await tabTo("#deliveries");
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "detail");
  await tabTo("[data-act=move]");
  await page.keyboard.press("Enter");
  await page.locator("dialog[open] [role=option]").first().waitFor();
  await page.keyboard.press("ArrowDown");
  const name = await page.textContent("dialog[open] [aria-selected=true] b");
  await page.keyboard.press("Enter");
  await page.getByRole("status").getByText(`Assigned to ${name}.`).waitFor();
  await page.locator("#detail").getByRole("button", { name, exact: true }).waitFor();
});

test("the engine's reasons are a table", async () => {
  await page.locator("[data-act=why]").click();
  await page.locator(".why .decision, .why .muted").first().waitFor();
});

for (const theme of ["light", "dark"]) {
  test(`no serious fault for assistive technology, ${theme}`, async () => {
    await chosenTheme(theme);
    await assertAccessible(`board with a delivery, ${theme}`);
    await page.getByRole("tab", { name: "Couriers" }).click();
    await page.locator("[data-courier]").first().click();
    await assertAccessible(`board with a courier, ${theme}`);
    await page.getByRole("tab", { name: "Deliveries" }).click();
    await page.locator("[data-filter=active]").click();
    await page.locator("[data-delivery]").first().click();
  });
}

test("French is one switch away", async () => {
  await page.getByLabel("Language").selectOption("fr");
  await page.getByRole("tab", { name: "Courses" }).waitFor();
  await page.getByLabel("Langue").selectOption("en");
});

test("a cut of the network is said, and caught up without a reload", async () => {
  await page.evaluate(() => (window.neverReloaded = true));
  cut = true;
  await page.context().setOffline(true);
  await page.waitForSelector("[data-link=offline]");
  await page.context().setOffline(false);
  await page.waitForSelector("[data-link=live]");
  cut = false;
  assert.equal(await page.evaluate(() => window.neverReloaded), true);
});

test("a reload keeps the login, logging out ends it", async () => {
  await page.reload();
  await page.waitForSelector("body[data-ready=board]");
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Log in" }).waitFor();
});

test("nothing failed on the way, and nothing was asked of another host", () => {
  assert.deepEqual(faults, []);
});
