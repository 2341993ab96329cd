// The service worker: the app opens without a network. Data is not its business; that is in
// IndexedDB, where the app keeps what the server has not heard.

/** Filled in by build.mjs: every file of the app, and a name that changes with their content. */
declare const FILES: string[];
declare const SHELL: string;
declare const self: ServiceWorkerGlobalScope;
export {};

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(SHELL);
    await cache.addAll(FILES);
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const old = (await caches.keys()).filter((name) => name !== SHELL);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

/** What the server says to this phone while the app is closed. */
interface Knock {
  title: string;
  body: string;
  tag: string;
}

self.addEventListener("push", (event) => {
  event.waitUntil((async () => {
    const knock = event.data?.json() as Knock | undefined;
    const windows = await self.clients.matchAll({ type: "window" });
    // Whoever is looking at the app sees it there.
    if (!knock || windows.some(({ focused }) => focused)) return;
    const { title, body, tag } = knock;
    await self.registration.showNotification(title, { body, tag, icon: "/app/icon-192.png" });
  })());
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil((async () => {
    const [open] = await self.clients.matchAll({ type: "window" });
    await (open ? open.focus() : self.clients.openWindow("/app/"));
  })());
});

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin) return;
  const file = pathname === "/app/" || pathname === "/app/index.html" ? "/app/" : pathname;
  if (!FILES.includes(file)) return;
  event.respondWith((async () => {
    const kept = await (await caches.open(SHELL)).match(file);
    return kept ?? fetch(event.request);
  })());
});
