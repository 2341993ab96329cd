// The board in a real browser, against a running server:
//   PACELINE_URL=http://127.0.0.1:8080 PACELINE_EMAIL=… PACELINE_PASSWORD=… npm test
// SCREENSHOT=path.png keeps a picture; CHROMIUM says where the browser is.
// Asserts on the DOM and on the map's features, never on pixels.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import axe from "axe-core";
import { chromium } from "playwright-core";

const { PACELINE_EMAIL, PACELINE_PASSWORD, SCREENSHOT } = process.env;
const url = new URL(process.env.PACELINE_URL ?? "http://127.0.0.1:8080");
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
/** The server under test may share two cores with a build. */
const PATIENCE_MS = 30_000;
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
  "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

let browser;
let page;
const faults = [];
/** While the network is cut on purpose, the browser reports each failed request as an error. */
let cut = false;

before(async () => {
  assert.ok(PACELINE_EMAIL && PACELINE_PASSWORD, "set PACELINE_EMAIL and PACELINE_PASSWORD");
  browser = await chromium.launch({ executablePath, args: FLAGS });
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

async function assertAccessible(where) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const said = grave.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(" | ")}`);
  assert.deepEqual(said, [], where);
}

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
  if (SCREENSHOT) {
    await page.getByRole("tab", { name: "Deliveries" }).click();
    await page.locator("[data-delivery]").first().click();
    await page.waitForTimeout(2_000); // Let the map settle for the picture.
    await page.screenshot({ path: SCREENSHOT });
    await page.keyboard.press("Escape");
  }
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
  await tabTo("[data-act=courier]");
  await page.keyboard.press("ArrowDown");
  const name = await page.$eval("[data-act=courier]", (select) =>
    select.selectedOptions[0].textContent.split(" · ")[0]);
  await tabTo("[data-act=assign]");
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
