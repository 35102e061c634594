// Answers for the kiosk page when there is no network: with a page that says so. Everything else goes to the server as if this
// were not here; no answer about a shopper is ever kept.

const SHELF = "kiosk-offline-1";
const PAGE = "/kiosk/offline";
// What the offline page's own files ask for in turn.
const FURTHER = ["/pages/static/kiosk/network.js", "/pages/static/fonts/figtree-latin-wght-normal.woff2"];

self.addEventListener("install", (event) => {
  event.waitUntil(stock().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate") event.respondWith(kioskPage(event, request));
  else if (new URL(request.url).pathname.startsWith("/pages/static/")) event.respondWith(fresh(request));
});

// Every page that did come is a chance to keep the newest offline page.
async function kioskPage(event, request) {
  try {
    const page = await fetch(request);
    event.waitUntil(stock().catch(() => {}));
    return page;
  } catch {
    return caches.match(PAGE);
  }
}

// The offline page with what it is drawn with.
async function stock() {
  const shelf = await caches.open(SHELF);
  const page = await fetch(PAGE, { cache: "no-store" });
  const parts = [...(await page.clone().text()).matchAll(/(?:href|src)="([^"]+)"/g)].map((found) => found[1]);
  await shelf.put(PAGE, page);
  await shelf.addAll([...parts, ...FURTHER]);
}

async function fresh(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match(request, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}
