// The co-op's own vehicles in real browsers, against a server of its own: an admin adds one, a courier takes
// it for a shift and finds it again the next time, somebody else was quicker while the phone was away, and the
// admin retires it.
//   PACELINE=target/debug/paceline npm run office
// SCREENSHOTS=folder keeps the picture that the docs show.
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
  coop = await startCoop({ speed: 1, settings: { PACELINE_DISPATCH__ENABLED: "false" } });
  browser = await launch();
  desk = await entered(browser, `${coop.url}/#admin`, { email: coop.admin, password: PASSWORD });
  ({ phone, scripts } = await newPhone(browser, "fr-FR"));
  for (const page of [desk, phone]) page.on("pageerror", (error) => faults.push(error.stack));
});

after(async () => {
  await browser?.close();
  await coop?.stop();
});

const items = async () => (await coop.asAdmin("GET", "/v1/vehicles")).items;
const row = (name) => desk.locator("[data-vehicle]", { hasText: name });
const choice = () => phone.locator("select[name=vehicle]");
const start = () => phone.locator("[data-act=shift-start]").click();
const stop = async () => {
  await phone.locator("[data-act=shift-stop]").click();
  await choice().waitFor();
};
/** All that was done on the phone has been told and answered. */
const told = () => phone.locator("[data-events='0']").waitFor({ state: "attached" });
const anew = async () => {
  await desk.reload();
  await row("Remorque").first().waitFor();
};

test("an admin adds a vehicle with what is usual for its kind, and changes it", async () => {
  await desk.waitForSelector("body[data-ready]");
  const form = desk.locator("[data-form=new-vehicle]");
  await form.getByLabel("Name").fill("Remorque 1");
  await form.getByLabel("Kind").selectOption("trailer");
  await form.getByLabel(/^Range/).fill("40");
  await form.getByLabel(/^Note/).fill("Le phare est dans la caisse.");
  await form.getByRole("button", { name: "Create" }).click();
  await row("Remorque 1").getByText("300 l, 80 kg").waitFor();
  await row("Remorque 1").getByText("40 km").waitFor();
  await row("Remorque 1").getByText("free").waitFor();
  await row("Remorque 1").getByRole("button", { name: "Change Remorque 1" }).click();
  const dialog = desk.locator("dialog[open]");
  await dialog.getByLabel(/^Room/).fill("280.5");
  await assertAccessible(desk, "changing a vehicle", ANY_FAULT);
  if (SCREENSHOTS) await desk.screenshot({ path: `${SCREENSHOTS}/vehicles.png` });
  await dialog.getByRole("button", { name: "Save" }).click();
  await row("Remorque 1").getByText("280.5 l, 80 kg").waitFor();
  const [made] = await items();
  assert.deepEqual([made.volume_ml, made.range_m], [280_500, 40_000]);
  await assertAccessible(desk, "admin", ANY_FAULT);
});

test("a courier chooses it for a shift, the desk sees it, and the phone remembers it", async () => {
  await phone.goto(`${coop.url}/app`);
  await phone.locator("input[type=email]").fill(coop.courier.email);
  await phone.locator("input[type=password]").fill(PASSWORD);
  await phone.keyboard.press("Enter");
  await phone.getByLabel("Avec quoi vous roulez").selectOption({ label: "Remorque 1 (40 km)" });
  await phone.getByText("Le phare est dans la caisse.").waitFor();
  await assertAccessible(phone, "choosing a vehicle", ANY_FAULT);
  await start();
  await phone.locator(".shift-bar").getByText("Remorque 1").waitFor();
  await told();
  await anew();
  await row("Remorque 1").getByText("Lina rides it").waitFor();
  await desk.goto(`${coop.url}/`);
  await desk.locator("#tab-couriers").click();
  await desk.locator("[data-courier]", { hasText: "Lina" }).getByText(/Remorque 1/).waitFor();
  await stop();
  await told();
  await desk.locator("[data-courier]", { hasText: "Lina" }).getByText(/Remorque 1/).waitFor({ state: "detached" });
  await phone.reload();
  const [{ id }] = await items();
  await phone.locator(`select[name=vehicle] option:checked[value="${id}"]`).waitFor({ state: "attached" });
  const bytes = [...scripts.values()].reduce((sum, size) => sum + size, 0);
  assert.ok(bytes > 0 && bytes < SCRIPT_BYTES_MAX, `${bytes} bytes of script`);
});

test("a shift begun without a network goes on, on the own bicycle, where somebody was quicker", async () => {
  const [{ id: vehicle_id }] = await items();
  await coop.asAdmin("POST", "/v1/couriers", { name: "Max", email: "max@coop.example", password: PASSWORD, vehicle: "bike" });
  const asMax = await coop.as("max@coop.example");
  await phone.context().setOffline(true);
  await start();
  await phone.locator(".shift-bar").getByText("Remorque 1").waitFor();
  await asMax("POST", "/v1/me/shift/start", { vehicle_id });
  await phone.context().setOffline(false);
  await phone.locator(".notices").getByText(/Quelqu’un roule déjà avec ce véhicule/).waitFor();
  await told();
  await phone.locator("[data-act=shift-stop]").waitFor();
  assert.equal(await phone.locator(".shift-bar [data-vehicle]").count(), 0);
  const shift = await coop.asCourier("GET", "/v1/me/shift");
  assert.deepEqual([shift.state, shift.vehicle_id], ["open", undefined]);
  await stop();
  await phone.locator("select[name=vehicle] option:disabled", { hasText: "pris" }).waitFor({ state: "attached" });
  assert.equal(await choice().inputValue(), "");
  await asMax("POST", "/v1/me/shift/stop", {});
});

test("a vehicle is retired after a question, and comes back", async () => {
  await desk.goto(`${coop.url}/#admin`);
  await row("Remorque 1").getByRole("button", { name: "Retire Remorque 1" }).click();
  const dialog = desk.locator("dialog[open]");
  await assertAccessible(desk, "retiring a vehicle", ANY_FAULT);
  await dialog.getByRole("button", { name: "Back" }).click();
  assert.equal((await items())[0].retired_at, undefined);
  await row("Remorque 1").getByRole("button", { name: "Retire Remorque 1" }).click();
  await dialog.getByRole("button", { name: "Retire…" }).click();
  await row("Remorque 1").getByText(/retired on/).waitFor();
  assert.deepEqual((await coop.asCourier("GET", "/v1/vehicles")).items, []);
  await phone.reload();
  await phone.locator("[data-act=shift-start]").waitFor();
  await choice().waitFor({ state: "detached" });
  await row("Remorque 1").getByRole("button", { name: "Bring Remorque 1 back" }).click();
  await row("Remorque 1").getByText("free").waitFor();
  assert.deepEqual(faults, []);
});
