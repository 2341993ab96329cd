// Words on the locked phone while the app is closed: the browser's push service carries them, and only
// this phone can read them.
import { get, put } from "../api/call";

/** `unsupported`: the browser has no such thing, or an iPhone has not installed the app. */
export type Knocking = "unsupported" | "denied" | "off" | "on";

interface Push {
  key: string;
  phones: number;
}

const supported = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

async function subscription(): Promise<PushSubscription | null> {
  const worker = await navigator.serviceWorker.ready;
  return worker.pushManager.getSubscription();
}

export async function knocking(): Promise<Knocking> {
  if (!supported()) return "unsupported";
  if (Notification.permission === "denied") return "denied";
  return (await subscription()) === null ? "off" : "on";
}

/** Says to the server where this phone is. The same again is the same. */
async function register(found: PushSubscription, language: string): Promise<void> {
  const { endpoint, keys } = found.toJSON();
  await put<Push>("/v1/me/push", { endpoint, keys: { p256dh: keys?.p256dh, auth: keys?.auth }, language });
}

/** Must be called by a tap: the browser asks the courier first. */
export async function turnOn(language: string): Promise<Knocking> {
  if ((await Notification.requestPermission()) !== "granted") return knocking();
  const { key } = await get<Push>("/v1/me/push");
  const worker = await navigator.serviceWorker.ready;
  const found = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  await register(found, language);
  return "on";
}

/** The browser ends it, also without a network: nothing can knock here any more. */
export async function turnOff(): Promise<void> {
  if (!supported()) return;
  const worker = await navigator.serviceWorker.getRegistration("/app/");
  await (await worker?.pushManager.getSubscription())?.unsubscribe();
}

/** The server may have forgotten this phone, or have another key by now. */
export async function renew(language: string): Promise<void> {
  if ((await knocking()) !== "on") return;
  const found = await subscription();
  if (!found) return;
  const { key } = await get<Push>("/v1/me/push");
  if (keyOf(found) === key) return register(found, language);
  await found.unsubscribe();
  await turnOn(language);
}

function keyOf({ options }: PushSubscription): string {
  const bytes = String.fromCharCode(...new Uint8Array(options.applicationServerKey ?? new ArrayBuffer(0)));
  return btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
