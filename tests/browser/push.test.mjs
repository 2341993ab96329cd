// A word on the locked phone: what the server sends to a push service, read with nothing of ours, and what
// the app's real service worker makes of it. The push service itself is played here: a browser's own is
// somewhere on the internet.
//   PACELINE=target/debug/paceline npm run courier
// SCREENSHOTS=folder keeps the pictures that the docs show.
import assert from "node:assert/strict";
import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from "node:crypto";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { ANY_FAULT, assertAccessible, launch } from "./browser.mjs";
import { PASSWORD, startCoop } from "./coop.mjs";

const { SCREENSHOTS } = process.env;

/** What a browser keeps to itself, and what it tells of it. */
const phone = createECDH("prime256v1");
const p256dh = phone.generateKeys();
const auth = randomBytes(16);

const heard = [];
let answer = 201;
const service = createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    heard.push({ headers: request.headers, url: request.url, body: Buffer.concat(parts) });
    response.writeHead(answer).end();
  });
});

let coop;
let browser;
let page;
let base;
const faults = [];

before(async () => {
  await new Promise((resolve) => service.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${service.address().port}`;
  coop = await startCoop({ speed: 1, settings: { PACELINE_WEBHOOKS__PRIVATE_TARGETS: "true" } });
  browser = await launch();
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, locale: "en-GB", colorScheme: "light",
    permissions: ["notifications", "geolocation"], geolocation: { latitude: 48.8566, longitude: 2.3522 },
  });
  await context.addInitScript(({ endpoint, keys }) => {
    let given = null;
    PushManager.prototype.getSubscription = async () => given;
    PushManager.prototype.subscribe = async (options) => {
      const text = options.applicationServerKey;
      const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
      given = {
        options: { applicationServerKey: bytes.buffer },
        toJSON: () => ({ endpoint, expirationTime: null, keys }),
        unsubscribe: async () => ((given = null), true),
      };
      return given;
    };
  }, {
    endpoint: `${base}/send/lina`,
    keys: { p256dh: p256dh.toString("base64url"), auth: auth.toString("base64url") },
  });
  page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on("pageerror", (error) => faults.push(error.stack));
});

after(async () => {
  await browser?.close();
  await coop?.stop();
  service.close();
});

/** Opens a message as RFC 8291 and RFC 8188 say. */
function open(body) {
  const [salt, length] = [body.subarray(0, 16), body[20]];
  const sender = body.subarray(21, 21 + length);
  const sealed = body.subarray(21 + length);
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), p256dh, sender]);
  const secret = hkdfSync("sha256", phone.computeSecret(sender), auth, info, 32);
  const derive = (what, bytes) =>
    Buffer.from(hkdfSync("sha256", secret, salt, Buffer.from(`Content-Encoding: ${what}\0`), bytes));
  const decipher = createDecipheriv("aes-128-gcm", derive("aes128gcm", 16), derive("nonce", 12));
  decipher.setAuthTag(sealed.subarray(-16));
  const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  const end = plain.lastIndexOf(2); // What follows the delimiter of the last record is padding.
  return JSON.parse(plain.subarray(0, end).toString());
}

/** Whose message it is, as RFC 8292 lets a push service know. */
function signedClaims(header, key) {
  const [, token, k] = /^vapid t=(\S+), k=(\S+)$/.exec(header);
  assert.equal(k, key);
  const point = Buffer.from(key, "base64url");
  const jwk = {
    kty: "EC", crv: "P-256", x: point.subarray(1, 33).toString("base64url"), y: point.subarray(33).toString("base64url"),
  };
  const [head, claims, signature] = token.split(".");
  const signed = verify("sha256", Buffer.from(`${head}.${claims}`),
    { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"));
  assert.ok(signed, "the signature is the server's");
  return JSON.parse(Buffer.from(claims, "base64url"));
}

test("a courier has the phone say it, and nobody on the way can read what", async () => {
  await page.goto(`${coop.url}/app/`);
  await page.getByLabel("E-mail").fill(coop.courier.email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.locator("[data-act=shift-start]").click();
  await page.locator("[data-act=knock-on]").click();
  await page.locator("[data-act=knock-on]").waitFor({ state: "detached" });
  await page.goto(`${coop.url}/app/#rights`);
  await page.locator("[data-knocking=on]").waitFor();
  await assertAccessible(page, "the phone tells", ANY_FAULT);
  if (SCREENSHOTS) {
    await page.locator("[data-knocking]").scrollIntoViewIfNeeded();
    await page.screenshot({ path: `${SCREENSHOTS}/courier-knock.png` });
  }
  const { key, phones } = await coop.asCourier("GET", "/v1/me/push");
  assert.equal(phones, 1);
  await coop.asCourier("POST", "/v1/me/positions", {
    fixes: [{ at: new Date(await coop.now()).toISOString(), latitude: 48.8566, longitude: 2.3522 }],
  });
  await coop.order(100, 900);
  await coop.until(() => heard.length > 0, 60_000);
  const [{ headers, url, body }] = heard;
  assert.equal(url, "/send/lina");
  assert.equal(headers["content-encoding"], "aes128gcm");
  assert.deepEqual([headers.urgency, headers.topic], ["high", "offer"]);
  assert.ok(Number(headers.ttl) > 0 && Number(headers.ttl) <= 1200, headers.ttl);
  const { aud, exp } = signedClaims(headers.authorization, key);
  assert.equal(aud, base);
  assert.ok(exp > Date.now() / 1000 && exp < Date.now() / 1000 + 86_400);
  assert.ok(!body.includes("Boulangerie"), "in the clear");
  const knock = open(body);
  assert.equal(knock.tag, "offer");
  assert.equal(knock.title, "A delivery to take?");
  assert.match(knock.body, /^Boulangerie Paul: \d+\.\d km, \d+\.\d\d EUR at least$/);
});

test("the closed app says it, and the open one does not say it twice", async () => {
  const { body } = heard[0];
  const devtools = await page.context().newCDPSession(page);
  const registration = new Promise((resolve) => {
    devtools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const ours = registrations.find(({ scopeURL }) => scopeURL === `${coop.url}/app/`);
      if (ours) resolve(ours.registrationId);
    });
  });
  await devtools.send("ServiceWorker.enable");
  const push = async (data) => devtools.send("ServiceWorker.deliverPushMessage", {
    origin: coop.url, registrationId: await registration, data: JSON.stringify(data),
  });
  const shown = () => page.evaluate(async () => {
    const worker = await navigator.serviceWorker.getRegistration("/app/");
    return (await worker.getNotifications()).map(({ title, body, tag }) => ({ title, body, tag }));
  });
  const knock = open(body);
  await page.bringToFront();
  await push(knock);
  // A page of the same origin in which the app does not run, and from which one can look.
  await page.goto(`${coop.url}/docs`);
  assert.deepEqual(await shown(), [], "whoever looks at the app sees it there");
  await push(knock);
  await coop.until(async () => (await shown()).length > 0);
  assert.deepEqual(await shown(), [knock]);
});

test("a phone that is gone is forgotten", async () => {
  answer = 410;
  const before = heard.length;
  await coop.asAdmin("POST", `/v1/couriers/${coop.courier.id}/shifts`, {
    from: new Date((await coop.now()) + 86_400_000).toISOString(),
    to: new Date((await coop.now()) + 90_000_000).toISOString(),
  });
  await coop.until(() => heard.length > before);
  assert.equal(open(heard.at(-1).body).title, "You have a new shift");
  await coop.until(async () => (await coop.asCourier("GET", "/v1/me/push")).phones === 0);
  assert.deepEqual(faults, []);
});
