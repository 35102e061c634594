// Keeps a page for the moment when a kiosk is switched on before its network is: without it the browser would show its own error.
// Browsers allow this on https and on this machine only; elsewhere the kiosk simply has no such page.

export function keepOfflinePage() {
  if (!("serviceWorker" in navigator)) return;
  const address = "/kiosk/worker.js";
  const policy = window.trustedTypes?.createPolicy("o2o-worker", {
    createScriptURL: (wanted) => {
      if (wanted !== address) throw new TypeError("only the kiosk's own worker");
      return wanted;
    },
  });
  navigator.serviceWorker.register(policy ? policy.createScriptURL(address) : address, { scope: "/kiosk" }).catch(() => {});
}
