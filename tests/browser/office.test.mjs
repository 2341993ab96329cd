// The office in a real browser, by the keyboard alone, against a server of its own:
//   PACELINE=target/debug/paceline npm run office
// SCREENSHOTS=folder keeps the pictures that the docs show; CHROMIUM says where the browser is. It is the
// last evening of a year; in its last minutes three deliveries are ridden, and then the year is over.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { assertAccessible, entered, launch } from "./browser.mjs";
import { PASSWORD, startCoop } from "./coop.mjs";

const { SCREENSHOTS } = process.env;
const SPEED = 60;
/** New Year's in Paris is an hour before that of UTC. */
const BEGINS = "2025-12-31T22:25:00Z";
const YEAR_ENDS = Date.parse("2025-12-31T23:00:00Z");
const IBAN = "FR1420041010050500013M02606";
const METRES = 1000;

let coop;
let browser;
let page;
let lina;
const faults = [];

const everybody = { treasurer: "Tam", dispatcher: "Dora", member: "Mo" };
const addressOf = (role) => `${role}@coop.example`;
const person = (role) => ({ email: role === "admin" ? coop.admin : addressOf(role), password: PASSWORD });

/** A page of somebody, which reports what goes wrong on it. */
async function office(role, hash, width = 1280) {
  await page?.context().close();
  page = await entered(browser, `${coop.url}/#${hash}`, { ...person(role), width });
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(error.stack));
  await page.waitForSelector("body[data-ready]");
}

/** Presses Tab until the focus is on `selector`, as somebody without a mouse would. */
async function tabTo(selector) {
  for (let presses = 0; presses < 150; presses += 1) {
    if (await page.evaluate((s) => document.activeElement?.matches(s) ?? false, selector)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab never reaches ${selector}`);
}

async function press(selector, key = "Enter") {
  await page.waitForSelector(selector);
  await tabTo(selector);
  await page.keyboard.press(key);
}

/** Writes over what stands in a field. */
async function write(selector, text) {
  await page.waitForSelector(selector);
  await tabTo(selector);
  await page.keyboard.press("Control+a");
  await page.keyboard.type(text);
}

const said = (text) => page.locator(".notices [role=status]").getByText(text).first().waitFor();
const accessible = (where) => assertAccessible(page, where);
const open = () => page.locator("dialog[open]").waitFor();
const answered = () => page.locator("dialog[open]").waitFor({ state: "detached" });

/** What a key press saves: its name and its text. */
async function saved(selector) {
  const [download] = await Promise.all([page.waitForEvent("download"), press(selector)]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
}

async function picture(name) {
  if (!SCREENSHOTS) return;
  await page.locator(".notices .notice").first().waitFor({ state: "detached" }).catch(() => {});
  await page.screenshot({ path: `${SCREENSHOTS}/${name}.png` });
}

async function ride(courier, deliveries) {
  const call = await coop.as(courier.email);
  await call("POST", "/v1/me/shift/start", {});
  for (let n = 0; n < deliveries; n += 1) {
    const { id, tasks } = await coop.order(0, METRES);
    await coop.asAdmin("POST", `/v1/deliveries/${id}/assign`, { courier_id: courier.id });
    for (const { id: task } of tasks) await call("POST", `/v1/tasks/${task}/done`, { proof: { signed_by: "Ada" } });
  }
  await call("POST", "/v1/me/shift/stop", {});
  return call;
}

before(async () => {
  coop = await startCoop({
    speed: SPEED,
    settings: {
      PACELINE_CLOCK__START: BEGINS, PACELINE_COOP__NAME: "Les Coursiers", PACELINE_COOP__IBAN: IBAN,
      PACELINE_COOP__SIREN: "732829320", PACELINE_POLICY__TARIFF: "tariff-arpe-2023",
    },
  });
  for (const [role, name] of Object.entries(everybody)) {
    await coop.asAdmin("POST", "/v1/users", { name, email: addressOf(role), password: PASSWORD, roles: [role] });
  }
  await coop.asAdmin("POST", "/v1/users", {
    name: "Uma", email: "second@coop.example", password: PASSWORD, roles: ["treasurer"],
  });
  lina = await ride(coop.courier, 2);
  await lina("PUT", "/v1/me/bank-account", { iban: IBAN });
  const email = "bob@coop.example";
  const bob = await coop.asAdmin("POST", "/v1/couriers", { name: "Bob", email, password: PASSWORD, vehicle: "bike" });
  await ride({ ...bob, email }, 1);
  await ask();
  await coop.until(async () => await coop.now() > YEAR_ENDS, 60_000);
  browser = await launch();
});

/** Lina contests a line of pay, a decision, and something else. */
async function ask() {
  const { lines } = await lina("GET", "/v1/me/pay");
  const { id } = await coop.order(0, METRES); // Nobody is on shift: the engine can say only that.
  let decided;
  await coop.until(async () => {
    [decided] = (await coop.asAdmin("GET", `/v1/deliveries/${id}/why`)).decisions;
    return decided;
  });
  for (const [about, question] of [
    [{ kind: "line", entry_id: lines[0].id }, "The bridge was closed: I rode three kilometres, not one."],
    [{ kind: "decision", decision_id: decided.decision_id, delivery_id: id }, "Why was I never asked about this one?"],
    [{ kind: "other" }, "Who looks at my positions?"],
  ]) await lina("POST", "/v1/me/reviews", { about, question });
}

after(async () => {
  await browser?.close();
  await coop?.stop();
});

test("couriers are paid: looked at, made, taken to the bank, confirmed, and one comes back", async () => {
  await office("treasurer", "money");
  await page.waitForSelector("[data-left-out=no_account]");
  await page.getByText("Has not said in the app where to be paid.").waitFor();
  await accessible("pay runs, before the first");
  await press("[data-act=make-run]");
  await open();
  await accessible("the question before a run");
  await press("dialog[open] button[type=submit]");
  await page.waitForSelector("[data-run][data-state=open]");
  await accessible("an open run");
  const [run] = (await coop.asAdmin("GET", "/v1/pay-runs")).items;
  const order = await saved("[data-act=pain001]");
  assert.match(order.name, /\.xml$/);
  assert.match(order.text, new RegExp(`<IBAN>${IBAN}</IBAN>`));
  await picture("treasurer-run");

  await press("[data-act=confirm]");
  await open();
  await page.keyboard.press("Escape"); // Nothing is done by closing the question.
  await answered();
  assert.equal((await coop.asAdmin("GET", `/v1/pay-runs/${run.id}`)).state, "open");
  await press("[data-act=confirm]");
  await press("dialog[open] button[type=submit]");
  await page.waitForSelector("[data-run][data-state=confirmed]");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "run", "the focus stays in the run");
  await press("[data-act=failed]");
  await write("dialog[open] [data-ask=reason]", "account closed");
  await page.keyboard.press("Enter");
  await page.waitForSelector("[data-transfer][data-state=failed]");
  await accessible("a run with a transfer that came back");

  await page.goto(`${coop.url}/#money/pay`);
  await press("[data-act=make-run]");
  await press("dialog[open] button[type=submit]");
  await press("[data-act=cancel]");
  await press("dialog[open] button[type=submit]");
  await page.waitForSelector("[data-run][data-state=cancelled]");
  const states = (await coop.asAdmin("GET", "/v1/pay-runs")).items.map(({ state }) => state);
  assert.deepEqual(states, ["cancelled", "confirmed"]);
});

test("what a courier has laid out is allowed in part, with a reason", async () => {
  const asked = { category: "repair", amount: { amount: 1990, currency: "EUR" }, note: "a new chain" };
  const { id } = await lina("POST", "/v1/me/expenses", asked);
  await page.goto(`${coop.url}/#money/expenses`);
  await page.waitForSelector(`[data-expense="${id}"][data-state=waiting]`);
  await accessible("expenses");
  await press("[data-act=answer]");
  await write("dialog[open] [data-ask=allowed]", "10");
  assert.ok(await page.locator("dialog[open] button[type=submit]").isDisabled(), "it does not say why");
  await write("dialog[open] [data-ask=reason]", "half of it is yours");
  await accessible("the question about an expense");
  await page.keyboard.press("Enter");
  await page.waitForSelector(`[data-expense="${id}"][data-state=allowed]`);
  await page.getByText("Nothing waits for an answer.").waitFor();
  const [answered] = (await lina("GET", "/v1/me/expenses")).items;
  assert.deepEqual([answered.allowed.amount, answered.reason], [1000, "half of it is yours"]);
});

test("a month is looked at and invoiced, printed, paid, and given back in part", async () => {
  await page.goto(`${coop.url}/#money/invoices`);
  await page.getByText("There is no such document.").waitFor();
  await press("[data-form=issue] button[type=submit]");
  await page.waitForSelector("[data-invoice=draft]");
  await accessible("what would be issued");
  assert.deepEqual((await coop.asAdmin("GET", "/v1/invoices")).items, [], "looking issues nothing");
  await press("[data-act=issue]");
  await press("dialog[open] button[type=submit]");
  await page.waitForSelector("[data-invoice^=inv_][data-state=issued]");
  await accessible("invoices");
  await picture("treasurer-invoices");
  const [invoice] = (await coop.asAdmin("GET", "/v1/invoices")).items;

  await press(`a[href="#money/invoices/${invoice.id}"]`);
  await page.waitForSelector("[data-line]");
  await accessible("an invoice");
  const table = await saved("[data-act=csv]");
  assert.equal(table.name, `${invoice.number}.csv`);
  const [printed] = await Promise.all([page.context().waitForEvent("page"), press("[data-act=print]")]);
  await printed.getByText(invoice.number).first().waitFor();
  // Its own style is let in, and nothing else.
  assert.equal(await printed.evaluate(() => getComputedStyle(document.querySelector("main")).maxWidth), "960px");
  await printed.close();

  await press("[data-act=credit]");
  await write("dialog[open] [data-ask=net]", "999999");
  await write("dialog[open] [data-ask=reason]", "an hour late");
  assert.ok(await page.locator("dialog[open] button[type=submit]").isDisabled(), "more than the price");
  await write("dialog[open] [data-ask=net]", "1,01");
  await page.keyboard.press("Enter");
  await said("Booked. It comes onto the next credit note.");
  await press("[data-act=payment]");
  await open();
  await accessible("the question before a payment");
  await page.waitForFunction(() => document.querySelector("dialog[open] [data-ask=day]").value === "2026-01-01");
  await write("dialog[open] [data-ask=reference]", "VIR 4711");
  await page.keyboard.press("Enter");
  await page.waitForSelector("[data-invoice][data-state=paid]");
  assert.equal((await coop.asAdmin("GET", `/v1/invoices/${invoice.id}`)).open.amount, 0);

  await page.goto(`${coop.url}/#money/owed`);
  await page.waitForSelector(`[data-owes="${coop.shop.id}"]`);
  await accessible("what merchants owe");
});

test("a surplus is booked only after its year was typed, and once", async () => {
  await page.goto(`${coop.url}/#money/surplus`);
  await write("[data-form=surplus] [name=year]", "2025");
  await page.keyboard.press("Enter");
  await page.waitForSelector("[data-sharing='2025'] [data-share]");
  await accessible("a surplus, looked at");
  await picture("treasurer-surplus");
  await press("[data-act=book-surplus]");
  await write("dialog[open] [data-ask=year]", "2024");
  await page.keyboard.press("Enter");
  assert.ok(await page.locator("dialog[open] button[type=submit]").isDisabled(), "another year books nothing");
  await accessible("the question before a surplus");
  await write("dialog[open] [data-ask=year]", "2025");
  await page.keyboard.press("Enter");
  await page.waitForSelector("[data-surplus='2025']");
  await page.locator("[data-surplus='2025']", { hasText: "Tam" }).waitFor();
  await accessible("surpluses that were booked");
  const [booked] = (await coop.asAdmin("GET", "/v1/surpluses")).items;
  assert.equal(booked.reserve.amount + booked.refund.amount, booked.surplus.amount);
});

test("the books balance, are signed, and are taken along", async () => {
  await page.goto(`${coop.url}/#money/books`);
  await page.waitForSelector("[data-books=good]");
  await page.waitForSelector("[data-account]");
  await picture("treasurer-books");
  await accessible("the books");
  await press("[data-act=sign]");
  await page.waitForSelector("[data-checkpoint]");
  const journal = await saved("[data-file=journal]");
  assert.match(journal.text, /coop:bank/);
  await page.locator("[data-ask=to]").fill("2025-12-31");
  const fec = await saved("[data-file=fec]");
  assert.equal(fec.name, "732829320FEC20251231.txt");
  await page.locator("[data-ask=from]").fill("2026-02-01");
  await page.getByText("The last day is before the first.").waitFor();
  assert.ok(await page.locator("[data-file=journal]").isDisabled());
});

test("an entry is taken back by two, and a contested line booked anew", async () => {
  const { lines } = await lina("GET", "/v1/me/pay");
  const piece = lines.filter(({ kind }) => kind === "piece").at(-1);
  const second = await coop.as("second@coop.example");
  await second("POST", `/v1/ledger/entries/${piece.id}/reverse`, { reason: "ridden by Bob" });
  await page.goto(`${coop.url}/#money/corrections`);
  await page.waitForSelector(`[data-reversal="${piece.id}"]`);
  await accessible("corrections");
  await press("[data-act=agree]");
  await page.locator("dialog[open]").getByText("asked by Uma: ridden by Bob").waitFor();
  await press("dialog[open] button[type=submit]");
  await page.locator(`[data-reversal="${piece.id}"]`).waitFor({ state: "detached" });

  // What takes nothing from a courier needs nobody else: a payment that somebody else had made.
  const paid = { amount: 100, currency: "EUR", day: "2026-01-01", bank_reference: "VIR of somebody else" };
  const ahead = async () => (await coop.asAdmin("GET", "/v1/receivables")).items[0].advance;
  const before = await ahead();
  const payment = await coop.asAdmin("POST", `/v1/merchants/${coop.shop.id}/payments`, paid);
  assert.equal(await ahead(), before + 100);
  await write("[data-form=back] [name=entry]", payment.entry_id);
  await write("[data-form=back] [name=reason]", "of another merchant");
  await page.keyboard.press("Enter");
  await open();
  await accessible("the question before an entry is taken back");
  await press("dialog[open] button[type=submit]");
  await said("Asked for.");
  assert.equal(await ahead(), before);

  await press("[data-act=correct]");
  await write("[data-form=correct] [name=trip_m]", "3000");
  await write("[data-form=correct] [name=reasons]", "The bridge was closed that day.");
  await accessible("a correction");
  await press("[data-form=correct] button[type=submit]");
  await page.getByText("No line is contested.").waitFor();
  const { items } = await lina("GET", "/v1/me/reviews");
  assert.equal(items.find(({ about }) => about.kind === "line").outcome, "changed");
});

test("a dispatcher answers what couriers ask, the most urgent first, in time or late", async () => {
  await lina("POST", "/v1/me/reviews", { about: { kind: "line", entry_id: (await lina("GET", "/v1/me/pay")).lines[0].id }, question: "And this one?" });
  await office("dispatcher", "reviews");
  const listed = page.locator("a[data-review]");
  await listed.first().waitFor();
  assert.equal(await page.locator(".badge").getAttribute("data-waiting"), "3");
  assert.equal(await listed.first().locator("[data-due]").getAttribute("data-due"), "later");
  await listed.first().focus();
  await page.keyboard.press("Enter");
  await page.waitForSelector("[data-form=answer]");
  await page.locator("details.decision summary").waitFor();
  await accessible("a contested decision");
  await picture("reviews");
  await press("[data-form=answer] [name=outcome]", "Space");
  await write("[data-form=answer] [name=reasons]", "Nobody was on shift then.");
  await press("[data-form=answer] button[type=submit]");
  await said("Answered.");

  await page.waitForSelector("[data-waiting='2']");
  await listed.first().focus();
  await page.keyboard.press("Enter");
  await press("[data-form=answer] [value=upheld]", "Space");
  await page.keyboard.press("ArrowDown");
  await write("[data-form=answer] [name=reasons]", "Only dispatchers, while you work.");
  assert.ok(await page.locator("[data-form=answer] button[type=submit]").isDisabled(), "it does not say what was changed");
  await write("[data-form=answer] [name=correction]", "The app says so now.");
  await press("[data-form=answer] button[type=submit]");
  await said("Answered.");

  // A line is for a treasurer, who finds it under this address. A fortnight later it is overdue.
  await page.route("**/v1/clock", async (route) => {
    const clock = await (await route.fetch()).json();
    await route.fulfill({ json: { ...clock, now: new Date(Date.parse(clock.now) + 15 * 86_400_000).toISOString() } });
  });
  await page.reload();
  await page.waitForSelector("[data-due=overdue]");
  await page.getByText("Overdue for 1 day").first().waitFor();
  await listed.first().focus();
  await page.keyboard.press("Enter");
  await page.locator("a[href*='#money/corrections/rev_']").waitFor();
  assert.ok(await page.locator("[data-form=answer] [value=changed]").isDisabled());
  await accessible("a line, overdue");
  await page.unroute("**/v1/clock");
  const answers = (await lina("GET", "/v1/me/reviews")).items.filter(({ outcome }) => outcome);
  assert.deepEqual(answers.map(({ outcome }) => outcome).sort(), ["changed", "changed", "upheld"]);
});

test("an admin plans slots, changes roles, closes a login, and the log says so", async () => {
  await office("admin", "admin");
  await write("[data-form=new-plan] [name=name]", "Lunch");
  await press("[data-form=new-plan] [data-weekday='6']", "Space");
  await press("[data-form=new-plan] button[type=submit]");
  await page.waitForSelector("[data-coming] [data-slot]");
  const [plan] = (await coop.asAdmin("GET", "/v1/slot-plans")).items;
  assert.deepEqual(plan.hours[0].weekdays, [1, 2, 3, 4, 5, 6]);
  await accessible("slots");

  const mo = page.locator("tr[data-user]", { hasText: "Mo" });
  const id = await mo.getAttribute("data-user");
  await press(`tr[data-user="${id}"] [data-act=change]`);
  await open();
  await accessible("the question about a member");
  await picture("members");
  await press("dialog[open] [value=dispatcher]", "Space");
  await press("dialog[open] button[type=submit]");
  await said("Mo is changed.");
  const user = async () => (await coop.asAdmin("GET", "/v1/users")).items.find((one) => one.id === id);
  assert.deepEqual((await user()).roles, ["dispatcher", "member"]);
  await press(`tr[data-user="${id}"] [data-act=change]`);
  await press("dialog[open] [data-ask=active]", "Space");
  await page.locator("dialog[open]").getByText("Every session ends now.").waitFor();
  await press("dialog[open] button[type=submit]");
  await page.waitForSelector(`tr[data-user="${id}"][data-closed]`);
  assert.ok((await user()).deactivated_at);

  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await press("[data-merchant] button");
  const secret = await page.locator("[data-secret]").textContent();
  await press("[data-copy=client_secret]");
  await said("client_secret is copied.");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), secret);
  await accessible("credentials");

  await page.goto(`${coop.url}/#log`);
  await page.locator("select").first().waitFor();
  await tabTo("select[value], .choices select");
  await page.selectOption(".choices select", "change_user");
  await page.waitForFunction(() => document.querySelectorAll("[data-logged]").length === 2);
  await page.getByText("Roles: Member → Dispatcher, Member").waitFor();
  await page.getByText("login closed").waitFor();
  assert.ok(!(await page.locator("main").textContent()).includes(secret));
  await accessible("the log of what admins did");
});

test("a member reads the rules, in French and in the dark, and finds nothing else", async () => {
  await coop.asAdmin("POST", "/v1/users", { name: "Nil", email: "nil@coop.example", password: PASSWORD, roles: ["member"] });
  await page.context().close();
  page = await entered(browser, `${coop.url}/#money`, { email: "nil@coop.example", password: PASSWORD, width: 900 });
  await page.waitForSelector("[data-rules]");
  assert.deepEqual(await page.locator(".nav a").allTextContents(), ["Rules"]);
  await page.getByText("Europe/Paris").waitFor();
  await picture("rules");
  await page.getByLabel("Theme").selectOption("dark");
  await page.getByLabel("Language").selectOption("fr");
  await page.getByRole("heading", { name: "Règles" }).waitFor();
  await page.getByText("l’avis des clients").waitFor();
  await accessible("the rules, in the dark");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.equal(wide, false, "nothing is cut off at the side");
});

test("who represents couriers sees sums first, and nobody by name", async () => {
  await coop.asAdmin("POST", "/v1/users", {
    name: "Rosa", email: "rosa@coop.example", password: PASSWORD, roles: ["representative"],
  });
  await page.context().close();
  page = await entered(browser, coop.url, { email: "rosa@coop.example", password: PASSWORD, width: 900 });
  await page.waitForSelector("[data-summary]");
  assert.deepEqual(await page.locator(".nav a").allTextContents(), ["Figures", "Rules"]);
  await page.getByText(/^Fewer than \d+ people worked/).waitFor();
  assert.ok(!(await page.locator("main").textContent()).includes("Lina"));
  await press("[data-days='365']");
  await page.waitForSelector("[data-days='365'][aria-pressed=true]");
  await accessible("the sums of couriers");
  await picture("figures");
});

test("every page of the office is whole in the dark, in French and on a phone", async () => {
  await office("admin", "money");
  await page.getByLabel("Theme").selectOption("dark");
  await page.getByLabel("Language").selectOption("fr");
  for (const [hash, shown] of [
    ["money/pay", "[data-run]"], ["money/expenses", "[data-expense]"], ["money/invoices", "[data-invoice]"], ["money/owed", "[data-owes]"],
    ["money/surplus", "[data-surplus]"], ["money/corrections", "[data-form=back]"], ["money/books", "[data-account]"],
    ["reviews", "a[data-review]"], ["log", "[data-logged]"], ["summary", "[data-summary]"], ["admin", "[data-plan]"], ["rules", "[data-rules]"],
  ]) {
    await page.setViewportSize({ width: 1280, height: 960 });
    await page.goto(`${coop.url}/#${hash}`);
    await page.locator(shown).first().waitFor();
    await accessible(`${hash}, in the dark`);
    await page.setViewportSize({ width: 390, height: 844 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${hash} is ${wide} pixels wider than a phone`);
  }
});

test("nothing went wrong on the way", () => assert.deepEqual(faults, []));
