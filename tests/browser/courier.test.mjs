// A courier's whole day on a phone, in a real browser, against a server of its own:
//   PACELINE=target/debug/paceline npm run courier
// SCREENSHOTS=folder keeps pictures; CHROMIUM says where the browser is. Twenty minutes of the co-op's
// time pass without a network in the middle of it; afterwards the API says what came of it.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { ANY_FAULT, assertAccessible } from "./browser.mjs";
import { PASSWORD, startCoop } from "./coop.mjs";
import { statement } from "./statement.mjs";

const { SCREENSHOTS } = process.env;
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const PATIENCE_MS = 30_000;
const SCRIPT_BYTES_MAX = 200_000;
/** Lines of a long statement, and how long a browser may take for it. */
const LINES = 10_000;
const TRIES_MAX = 8;
const VERIFY_MS_MAX = 1000;
const OFFLINE_MS = 20 * 60_000;
/** Seconds of the co-op for one of ours: the twenty minutes take half a minute. */
const SPEED = 40;

let coop;
let browser;
let phone;
let page;
let cut = false;
const faults = [];
const scripts = new Map();
const deliveries = {};
/** A white pixel, as PNG. */
const PHOTO = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==",
  "base64",
);

before(async () => {
  coop = await startCoop({ speed: SPEED });
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  phone = await browser.newContext({
    viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, locale: "en-GB",
    permissions: ["geolocation"], geolocation: coop.metresEast(0), colorScheme: "light",
  });
  page = await phone.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on("console", (message) => {
    if (message.type() === "error" && !cut) faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`page: ${error.stack}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(coop.url)) faults.push(`another origin: ${request.url()}`);
  });
  page.on("response", async (response) => {
    if (response.request().resourceType() !== "script") return;
    const body = await response.body().catch(() => null);
    if (body) scripts.set(new URL(response.url()).pathname, body.length);
  });
});

after(async () => {
  await browser?.close();
  await coop?.stop();
});

async function picture(name) {
  if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/courier-${name}.png` });
}

/** Presses Tab until the focus is on `selector`, as somebody without a touch screen would. */
async function tabTo(selector) {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press("Tab");
    const there = await page.evaluate((s) => document.activeElement?.matches(s) ?? false, selector);
    if (there) return;
  }
  assert.fail(`Tab never reaches ${selector}`);
}

const tap = (act) => page.locator(`[data-act=${act}]`).click();
const nextStop = (delivery, kind) => {
  const task = delivery.tasks.find((one) => one.kind === kind);
  return page.waitForSelector(`[data-task=${task.id}]`);
};
/** What the phone keeps and has not been told is settled. */
const pending = () => page.evaluate(async () => {
  const { name } = (await indexedDB.databases())[0];
  const db = await new Promise((resolve) => {
    const request = indexedDB.open(name);
    request.onsuccess = () => resolve(request.result);
  });
  const all = (store) => new Promise((resolve) => {
    const request = db.transaction(store).objectStore(store).getAll();
    request.onsuccess = () => resolve(request.result);
  });
  const [events, fixes] = [await all("events"), await all("fixes")];
  db.close();
  return { events, fixes };
});

test("a courier logs in, and a wrong password is refused in words", async () => {
  await page.goto(`${coop.url}/app`);
  await page.waitForSelector("body[data-ready=app]");
  await assertAccessible(page, "login", ANY_FAULT);
  cut = true; // The browser logs the 401 itself.
  await page.getByLabel("E-mail").fill(coop.courier.email);
  await page.getByLabel("Password").fill("not the password");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("E-mail or password is wrong.").waitFor();
  cut = false;
  await page.getByLabel("Password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "You are off shift" }).waitFor();
  await page.waitForSelector("[data-sharing=off]");
  await page.evaluate(() => navigator.serviceWorker.ready);
  await assertAccessible(page, "off shift", ANY_FAULT);
});

test("it can be installed", async () => {
  const href = await page.getAttribute("link[rel=manifest]", "href");
  const manifest = await page.evaluate(async (at) => (await fetch(at)).json(), href);
  assert.equal(manifest.display, "standalone");
  for (const { src } of manifest.icons) {
    const status = await page.evaluate(async (at) => (await fetch(at)).status, src);
    assert.equal(status, 200, src);
  }
});

test("a shift begins by the keyboard alone, and the position is shared from then on", async () => {
  await tabTo("[data-act=shift-start]");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Waiting for an offer" }).waitFor();
  await page.waitForSelector("[data-sharing=on]");
  await page.waitForSelector("[data-events='0'][data-fixes='0']", { state: "attached" });
  await assertAccessible(page, "on shift", ANY_FAULT);
});

test("an offer shows everything before any answer, and declining it costs nothing", async () => {
  const refused = await coop.order(300, 900);
  const card = await page.waitForSelector("[data-offer]");
  const offer = (await coop.asCourier("GET", "/v1/me/offers")).items[0];
  assert.equal(offer.deliveries[0].id, refused.id);
  const parts = offer.made_of.map(({ amount }) => amount.amount);
  assert.equal(parts.reduce((sum, amount) => sum + amount, 0), offer.pay.amount);
  await page.locator("[data-offer] summary").click();
  assert.equal(await page.locator("[data-offer] .sum li").count(), parts.length);
  await page.getByText("Declining or not answering costs you nothing").waitFor();
  await assertAccessible(page, "an offer", ANY_FAULT);
  await picture("offer");
  await tap("decline");
  await card.waitForElementState("hidden");
  await page.getByRole("status").getByText("Nothing follows from it for you.").waitFor();
});

test("the next offer comes all the same, is accepted and picked up", async () => {
  deliveries.first = await coop.order(200, 700);
  await page.waitForSelector("[data-offer]");
  await tap("accept");
  await nextStop(deliveries.first, "pickup");
  await picture("stop");
  await assertAccessible(page, "the next stop", ANY_FAULT);
  assert.match(await page.getByRole("link", { name: "Navigate" }).getAttribute("href"), /^geo:/);
  await tap("start");
  await tap("picked");
  await nextStop(deliveries.first, "dropoff");
  await coop.until(async () => (await coop.delivery(deliveries.first.id)).state === "picked_up");
  // Two more by hand, so that the tunnel has something to do.
  deliveries.second = await coop.order(0, 400);
  deliveries.third = await coop.order(0, 500);
  for (const { id } of [deliveries.second, deliveries.third]) {
    await coop.asAdmin("POST", `/v1/deliveries/${id}/assign`, { courier_id: coop.courier.id });
  }
  await page.waitForFunction(() => document.querySelectorAll(".later li").length === 4);
});

test("twenty minutes without a network: the work goes on, even over a restart", async () => {
  await page.waitForSelector("[data-events='0']", { state: "attached" });
  cut = true;
  await phone.setOffline(true);
  const from = await coop.now();
  await page.waitForSelector("[data-net=offline]");
  await page.getByText("All you do is kept on this phone and sent later.").waitFor();
  await picture("offline");

  const deliver = async (delivery, name) => {
    await phone.setGeolocation(coop.metresEast(100 + Math.random() * 100));
    await page.locator(`[data-stop=${delivery.tasks[1].id}]`).click({ timeout: 1_000 }).catch(() => {});
    await nextStop(delivery, "dropoff");
    await tap("start");
    await page.getByLabel("Who took it?").fill("");
    await tap("delivered");
    await page.getByText("Write who took it.").waitFor();
    await page.getByLabel("Who took it?").fill(name);
    await tap("delivered");
    await page.waitForSelector(`[data-task=${delivery.tasks[1].id}]`, { state: "detached" });
  };
  const pickUp = async (delivery) => {
    await page.locator(`[data-stop=${delivery.tasks[0].id}]`).click({ timeout: 1_000 }).catch(() => {});
    await nextStop(delivery, "pickup");
    await tap("start");
    await tap("picked");
    await page.waitForSelector(`[data-task=${delivery.tasks[0].id}]`, { state: "detached" });
  };
  await nextStop(deliveries.first, "dropoff");
  await tap("start");
  const photo = { name: "door.png", mimeType: "image/png", buffer: PHOTO };
  await page.locator("[data-act=photo]").setInputFiles(photo);
  await page.getByText("Photos kept: 1").waitFor();
  await tap("sign");
  const pad = await page.locator(".pad").boundingBox();
  await page.mouse.move(pad.x + 20, pad.y + 40);
  await page.mouse.down();
  await page.mouse.move(pad.x + 120, pad.y + 70, { steps: 5 });
  await page.mouse.up();
  await tap("keep-signature");
  await page.getByText("Signature kept.").waitFor();
  await assertAccessible(page, "handing over, offline", ANY_FAULT);
  await picture("proof");
  await page.getByLabel("Who took it?").fill("Ada Lovelace");
  await tap("delivered");
  await pickUp(deliveries.second);

  await page.reload(); // The phone was put away: the app opens again without a network.
  await page.waitForSelector("body[data-ready=app]");
  await page.waitForSelector("[data-net=offline]");
  await nextStop(deliveries.second, "dropoff");
  await deliver(deliveries.second, "Marie Curie");
  await pickUp(deliveries.third);
  await nextStop(deliveries.third, "dropoff");
  await tap("problem");
  await assertAccessible(page, "a problem, offline", ANY_FAULT);
  await page.getByLabel("Nobody there").check();
  await page.getByLabel("In your words").fill("rang three times");
  await tap("failed");
  await page.getByRole("heading", { name: "Waiting for an offer" }).waitFor();

  await coop.until(async () => (await coop.now()) - from >= OFFLINE_MS, 90_000);
  const kept = await pending();
  assert.equal(kept.events.length, 9, JSON.stringify(kept.events));
  assert.ok(kept.fixes.length >= 4, `${kept.fixes.length} positions`);
  for (const { state } of await Promise.all(Object.values(deliveries).map(({ id }) => coop.delivery(id)))) {
    assert.notEqual(state, "delivered", "the server has heard nothing yet");
  }
  deliveries.kept = { ...kept, from, to: await coop.now() };
});

test("when the network is back, every event is there once, at its time and in its place", async () => {
  // The first answers are lost on the way: the server has done what the phone must send again.
  let lost = 0;
  await page.route(/\/v1\/me\/(events|positions)$/, async (route) => {
    if (lost >= 2 || route.request().method() !== "POST") return route.continue();
    lost += 1;
    await route.fetch();
    await route.abort();
  });
  await phone.setOffline(false);
  await page.waitForSelector("[data-events='0'][data-fixes='0'][data-files='0']", { state: "attached" });
  await page.waitForSelector("[data-net=online]");
  assert.equal(lost, 2);
  await page.unroute(/\/v1\/me\/(events|positions)$/);
  cut = false;
  assert.deepEqual((await pending()).events, []);

  const { first, second, third, kept } = deliveries;
  const ended = await Promise.all([first, second, third].map(({ id }) => coop.delivery(id)));
  assert.deepEqual(ended.map(({ state }) => state), ["delivered", "delivered", "failed"]);
  assert.deepEqual(ended[2].end_reason, { code: "not_at_home", note: "rang three times" });
  const tasks = ended.flatMap((delivery) => delivery.tasks);
  for (const { at, act } of kept.events) {
    const task = tasks.find(({ id }) => id === act.task_id);
    assert.equal(act.kind === "task_started" ? task.started_at : task.ended_at, at, act.kind);
    assert.ok(Date.parse(at) >= kept.from && Date.parse(at) <= kept.to, at);
  }
  const signed = ended.map((delivery) => delivery.tasks[1].proof?.signed_by);
  assert.deepEqual(signed, ["Ada Lovelace", "Marie Curie", undefined]);

  const proofs = (await coop.asAdmin("GET", `/v1/deliveries/${first.id}/proofs`)).items;
  assert.deepEqual(proofs.map(({ kind }) => kind), ["photo", "signature"]);
  for (const { task_id, taken_at } of proofs) {
    assert.equal(task_id, first.tasks[1].id, "a picture stands at its stop");
    assert.ok(Date.parse(taken_at) >= kept.from && Date.parse(taken_at) <= kept.to, taken_at);
  }

  const { lines } = await coop.asCourier("GET", "/v1/me/pay?limit=200");
  const paid = lines.map(({ delivery_id }) => delivery_id).sort();
  const ridden = [first, second, third].map(({ id }) => id).sort();
  assert.deepEqual(paid, ridden, "each ride is paid once, the one to nobody at home too");

  const span = `from=${new Date(kept.from).toISOString()}&to=${new Date(kept.to).toISOString()}`;
  const { items } = await coop.asCourier("GET", `/v1/me/positions?${span}`);
  const known = items.map(({ at }) => at);
  for (const { at } of kept.fixes) assert.equal(known.filter((one) => one === at).length, 1, at);
  assert.deepEqual(known, [...known].sort(), "in their order");
});

test("earnings say why, so does the engine, and a person is asked to look again", async () => {
  await page.getByRole("link", { name: "Pay" }).click();
  const { total } = await coop.asCourier("GET", "/v1/me/pay?limit=200");
  await page.waitForSelector(`[data-total="${total.amount}"]`);
  await page.locator("[data-line] summary").first().click();
  await page.getByText("Tariff").first().waitFor();
  await assertAccessible(page, "pay", ANY_FAULT);
  await picture("pay");
  await page.getByRole("link", { name: "My rights" }).click();
  await tap("why");
  await page.waitForSelector("[data-outcome=proposed]");
  await tap("count-positions");
  await page.getByText(/Kept of the last 24 hours: \d+ positions/).waitFor();
  await page.locator("[data-act=review-decision]").first().click();
  await page.getByLabel("What should be looked at?").first().fill("Was nobody nearer?");
  await page.getByRole("button", { name: "Send it" }).first().click();
  await page.getByText(/A person answers by/).waitFor();
  const { items: [review] } = await coop.asAdmin("GET", "/v1/reviews");
  assert.equal(review.question, "Was nobody nearer?");
  await page.waitForSelector(`[data-review=${review.id}]`);
  const download = page.waitForEvent("download");
  await tap("export");
  assert.equal((await download).suggestedFilename(), "paceline.zip");
  await assertAccessible(page, "rights", ANY_FAULT);
  await picture("rights");
});

test("the account is checked on the phone, and its file on a page that anybody may open", async () => {
  await coop.asAdmin("POST", "/v1/ledger/checkpoints", {});
  await page.getByRole("link", { name: "Pay" }).click();
  await tap("check-statement");
  await page.waitForSelector("[data-outcome=holds]");
  await assertAccessible(page, "a checked account", ANY_FAULT);
  await picture("checked");
  const download = page.waitForEvent("download");
  await tap("save-statement");
  const bundle = await readFile(await (await download).path(), "utf8");

  const open = await page.context().newPage();
  await open.goto(`${coop.url}/verify`);
  await open.waitForSelector("[data-ready=verify]");
  await open.waitForSelector("[data-checkpoint='1'][data-holds=true]");
  let files = 0;
  const outcome = async (text) => {
    const name = `${(files += 1)}.json`;
    const file = { name, mimeType: "application/json", buffer: Buffer.from(text) };
    await open.getByLabel("Statement (JSON)").setInputFiles(file);
    const shown = open.locator(`[data-file="${name}"] [data-outcome]`);
    return shown.evaluate(({ dataset }) => ({ ...dataset }));
  };
  assert.equal((await outcome(bundle)).outcome, "holds");
  await open.getByText(/Signed by the co-op up to line/).waitFor();
  await assertAccessible(open, "a statement that holds", ANY_FAULT);
  if (SCREENSHOTS) await open.screenshot({ path: `${SCREENSHOTS}/verify.png`, fullPage: true });

  const { lines } = JSON.parse(bundle);
  for (const [index, { seq, amount }] of lines.entries()) {
    const dearer = JSON.parse(bundle);
    dearer.lines[index].amount = amount + 1;
    assert.deepEqual(await outcome(JSON.stringify(dearer)),
      { outcome: "fault", reason: "balance", line: String(seq) });
    dearer.lines[index].balance += 1;
    assert.deepEqual(await outcome(JSON.stringify(dearer)),
      { outcome: "fault", reason: "hash", line: String(seq) });
  }
  await assertAccessible(open, "a statement that does not hold", ANY_FAULT);
  const shorter = JSON.parse(bundle);
  shorter.lines.pop();
  assert.equal((await outcome(JSON.stringify(shorter))).reason, "rewound", "seen before");
  assert.equal((await outcome("{}")).reason, "format");

  const { text, key } = statement(LINES);
  await open.getByLabel("The co-op's public key").fill(key);
  // Others use the machine, too: the best of some tries is what the page itself needs.
  const took = [];
  while (took.length < TRIES_MAX && !took.some((ms) => ms < VERIFY_MS_MAX)) {
    const long = await outcome(text);
    assert.equal(long.outcome, "holds");
    took.push(Number(long.ms));
  }
  console.log(`a statement of ${LINES} lines verifies in the browser in ${took.join(", ")} ms`);
  assert.ok(Math.min(...took) < VERIFY_MS_MAX, `${took.join(", ")} ms`);
  await open.close();
  await page.getByRole("link", { name: "My rights" }).click();
});

test("the courier says where to be paid, and a wrong number is refused in words", async () => {
  await page.getByRole("link", { name: "Pay" }).click();
  await page.waitForSelector("[data-bank=none]");
  await tap("bank");
  await page.getByLabel("IBAN").fill("FR14 2004 1010 0505 0001 3M02 607");
  cut = true; // The browser logs the 422 itself.
  await page.getByRole("button", { name: "Keep it" }).click();
  await page.getByRole("alert").getByText(/no IBAN that euros can be sent to/).waitFor();
  cut = false;
  await page.getByLabel("IBAN").fill("FR14 2004 1010 0505 0001 3M02 606");
  await page.getByRole("button", { name: "Keep it" }).click();
  await page.waitForSelector("[data-bank=known]");
  assert.match(await page.locator("[data-bank=known]").textContent(), /FR.*606\b/);
  assert.match((await coop.asCourier("GET", "/v1/me/bank-account")).account.iban, /606$/);
  await assertAccessible(page, "where to be paid", ANY_FAULT);
  await picture("bank");
  await tap("bank-remove");
  await page.waitForSelector("[data-bank=none]");
  await page.getByRole("link", { name: "My rights" }).click();
});

test("what was laid out is handed in with its receipt, answered and taken back", async () => {
  await page.getByRole("link", { name: "Pay" }).click();
  await page.waitForSelector("[data-expenses=none]");
  const handIn = async (amount) => {
    await page.getByLabel("Amount").fill(amount);
    await page.getByLabel("What for").selectOption("repair");
    await page.getByLabel("In your words").fill("A new chain");
    await page.getByRole("button", { name: "Hand it in" }).click();
  };
  await tap("expense");
  await handIn("19.999");
  await page.getByRole("alert").getByText(/no amount/).waitFor();
  await page.getByLabel("Picture of the receipt").setInputFiles({
    name: "receipt.png", mimeType: "image/png", buffer: PHOTO,
  });
  await handIn("19,90");
  await page.getByText("Handed in: a treasurer answers it.").waitFor();
  await page.waitForSelector("[data-expense=waiting]");
  await assertAccessible(page, "expenses", ANY_FAULT);
  const said = page.getByRole("button", { name: "Dismiss" });
  while (await said.count()) await said.first().click();
  await page.locator("#expenses-title").evaluate((title) => title.scrollIntoView());
  await picture("expense");
  const { items: [expense] } = await coop.asAdmin("GET", "/v1/expenses?waiting=true");
  assert.deepEqual([expense.amount.amount, expense.receipt], [1990, true]);
  await handIn("5");
  await page.waitForSelector("[data-expense=waiting] >> nth=1");
  await page.locator("[data-act=expense-withdraw]").first().click();
  await page.getByText("Withdrawn.").waitFor();
  await coop.asAdmin("POST", `/v1/expenses/${expense.id}/answer`, {
    allowed: { amount: 1000, currency: "EUR" }, reason: "Half of it is yours",
  });
  await page.getByRole("link", { name: "Ride" }).click();
  await page.getByRole("link", { name: "Pay" }).click();
  await page.locator("[data-expense=allowed]").getByText(/10\.00.*Half of it is yours/).waitFor();
  await page.getByRole("link", { name: "My rights" }).click();
});

test("French is one tap away, and the dark screen can be read", async () => {
  await page.getByRole("button", { name: "Français" }).click();
  await page.getByRole("heading", { name: "Mes droits" }).waitFor();
  assert.equal(await page.getAttribute("html", "lang"), "fr");
  await page.emulateMedia({ colorScheme: "dark" });
  await assertAccessible(page, "rights in French, dark", ANY_FAULT);
  await page.getByRole("button", { name: "English" }).click();
});

test("the shift ends, and with it the position", async () => {
  await page.getByRole("link", { name: "Ride" }).click();
  await tap("shift-stop");
  await page.getByRole("heading", { name: "You are off shift" }).waitFor();
  await page.waitForSelector("[data-sharing=off]");
  await page.waitForSelector("[data-events='0'][data-fixes='0']", { state: "attached" });
  const count = async () => (await coop.asCourier("GET", "/v1/me/positions")).items.length;
  const then = await count();
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  assert.equal(await count(), then, "nothing is kept after work");
  const { items } = await coop.asCourier("GET", "/v1/me/shifts");
  assert.equal(items[0].state, "ended");
});

test("it is small, nothing failed on the way, and nothing was asked of another host", () => {
  const bytes = [...scripts.values()].reduce((sum, size) => sum + size, 0);
  assert.ok(scripts.size >= 2, "scripts were counted");
  assert.ok(bytes < SCRIPT_BYTES_MAX, `${bytes} bytes of script`);
  assert.deepEqual(faults, []);
});
