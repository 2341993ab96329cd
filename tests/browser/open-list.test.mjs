// The open list on a phone, in a co-op that has voted for one; see courier.test.mjs for how to run it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { ANY_FAULT, assertAccessible, entered } from "./browser.mjs";
import { PASSWORD, startCoop } from "./coop.mjs";

const { SCREENSHOTS } = process.env;
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const PATIENCE_MS = 30_000;

let coop;
let browser;
let page;

before(async () => {
  coop = await startCoop({ speed: 1, mode: "open_list" });
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  const phone = await browser.newContext({
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
});

after(async () => {
  await browser?.close();
  await coop?.stop();
});

test("an open job shows what an offer would, and is taken by the keyboard", async () => {
  await page.getByText("Nothing you could take now.").waitFor();
  await assertAccessible(page, "an empty list", ANY_FAULT);
  const delivery = await coop.order(300, 900);
  await page.waitForSelector(`[data-job=${delivery.id}]`);
  const [job] = (await coop.asCourier("GET", "/v1/me/open-list")).items;
  assert.equal(job.deliveries[0].id, delivery.id);
  await page.locator("[data-job] summary").click();
  assert.equal(await page.locator("[data-job] .sum li").count(), job.made_of.length);
  await assertAccessible(page, "an open job", ANY_FAULT);
  if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/courier-open-list.png` });
  await page.getByRole("button", { name: /^Take it: Boulangerie Paul, / }).focus();
  await page.keyboard.press("Enter");
  await page.waitForSelector(`[data-task=${delivery.tasks[0].id}]`);
  await page.getByRole("alert").getByText("It is yours").waitFor();
  assert.equal((await coop.delivery(delivery.id)).courier_id, coop.courier.id);
});

test("the board says who took it from the list", async () => {
  const desk = await entered(browser, coop.url, { email: coop.admin, password: PASSWORD });
  await desk.locator("[data-delivery][data-state=assigned]").first().click();
  await desk.locator("#detail [data-act=why]").click();
  await desk.locator("#detail").getByText("Lina took it from the open list.").waitFor();
  await desk.context().close();
});

test("whoever comes too late is told so, and the job leaves the list", async () => {
  const delivery = await coop.order(200, 700);
  await page.waitForSelector(`[data-job=${delivery.id}]`);
  await page.route(/\/take$/, async (route) => {
    const reason = { reason: "gone before the tap arrived" };
    await coop.asAdmin("POST", `/v1/deliveries/${delivery.id}/cancel`, reason);
    await route.continue();
  });
  await page.locator(`[data-job=${delivery.id}] [data-act=take]`).click();
  await page.getByRole("alert").getByText("This job is not on the list any more.").waitFor();
  await page.waitForSelector(`[data-job=${delivery.id}]`, { state: "detached" });
  await page.getByRole("button", { name: "Français" }).click();
  await page.getByRole("heading", { name: "Courses libres" }).waitFor();
});
