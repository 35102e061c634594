// Asks the kiosk's own server. An answer is always a value: a kiosk has nobody who reads exceptions.

const TIMEOUT_MS = 6000;

// Returns {kind: "answer", body} or {kind: "revoked" | "busy" | "unreachable" | "cancelled"}.
export async function askOffers(question, signal) {
  const response = await send("/kiosk/offers", question, signal);
  if (!(response instanceof Response)) return response;
  if (response.status === 401) return { kind: "revoked" };
  if (!response.ok) return { kind: "busy" };
  try {
    return { kind: "answer", body: await response.json() };
  } catch {
    return { kind: signal.aborted ? "cancelled" : "unreachable" };
  }
}

// Returns "reachable", "revoked" or "unreachable".
export async function pulse() {
  try {
    const response = await fetch("/kiosk/pulse", { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (response.status === 401) return "revoked";
    return response.ok ? "reachable" : "unreachable";
  } catch {
    return "unreachable";
  }
}

// Returns the HTTP status, 0 when the server was not reached.
export async function sendCode(code) {
  const response = await send("/kiosk/pair", { code }, new AbortController().signal);
  return response instanceof Response ? response.status : 0;
}

async function send(path, body, signal) {
  try {
    return await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      cache: "no-store",
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
  } catch {
    return { kind: signal.aborted ? "cancelled" : "unreachable" };
  }
}
