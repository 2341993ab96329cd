// How the tests and the bench start the browser and log in.
import assert from "node:assert/strict";
import axe from "axe-core";
import { chromium } from "playwright-core";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
  "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

export const launch = (...more) => chromium.launch({ executablePath, args: [...FLAGS, ...more] });

/** A page of its own session, logged in. */
export async function entered(browser, url, { email, password, width = 1600, patience_ms = 30_000 }) {
  const context = await browser.newContext({
    viewport: { width, height: 960 }, locale: "en-GB", colorScheme: "light",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(patience_ms);
  await page.goto(url);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.keyboard.press("Enter");
  return page;
}

/** The same, with the board in sight. */
export async function board(browser, url, who) {
  const page = await entered(browser, url, who);
  await page.waitForSelector("body[data-ready=board]");
  await page.waitForSelector("[data-link=live]");
  return page;
}

/** A phone with nobody logged in, and the bytes of each script that it has fetched, by address. */
export async function newPhone(browser, locale = "en-GB") {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, locale, colorScheme: "light",
  });
  const phone = await context.newPage();
  phone.setDefaultTimeout(30_000);
  const scripts = new Map();
  phone.on("response", async (response) => {
    if (response.request().resourceType() !== "script") return;
    const body = await response.body().catch(() => null);
    if (body) scripts.set(new URL(response.url()).pathname, body.length);
  });
  return { phone, scripts };
}

export const ANY_FAULT = ["minor", "moderate", "serious", "critical"];
const GRAVE_FAULTS = ["serious", "critical"];

/** No fault for assistive technology on what is shown now; by default only grave ones count. */
export async function assertAccessible(page, where, faults = GRAVE_FAULTS) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  const found = violations.filter(({ impact }) => faults.includes(impact));
  const said = found.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(" | ")}`);
  assert.deepEqual(said, [], where);
}
