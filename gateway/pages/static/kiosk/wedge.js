// Tells a scanner that types from a person: a scanner sends its keys in one fast burst and ends it with Enter or Tab.
// It types wherever the focus is, so the whole document listens and nothing needs to be focused.
//
// Invariant: how fast something came proves nothing. It only decides which question is asked; the server never shows
// anything personal for a phone number or an e-mail address, however it arrived.

const SHORTEST = 6;
const LONGEST = 512;
const MEAN_GAP_MS = 45;
const PAUSE_MS = 150;

export class Wedge {
  #text = "";
  #first = 0;
  #last = 0;

  // Takes a key; returns the scanned text when it ended a burst, null otherwise.
  press(key, atMs) {
    if (atMs - this.#last > PAUSE_MS) this.forget();
    if (key === "Enter" || key === "Tab") return this.#finish();
    if ([...key].length !== 1) return null; // Shift and the like
    if (this.#text === "") this.#first = atMs;
    this.#last = atMs;
    this.#text = this.#text.length < LONGEST ? this.#text + key : "";
    return null;
  }

  // Whether keys are arriving too fast for a person: then no button may react to them.
  get bursting() {
    return this.#text.length >= 3 && this.#fast();
  }

  forget() {
    this.#text = "";
  }

  #fast() {
    return (this.#last - this.#first) / (this.#text.length - 1) <= MEAN_GAP_MS;
  }

  #finish() {
    const text = this.#text;
    const scanned = text.length >= SHORTEST && this.#fast();
    this.forget();
    return scanned ? text.trim() : null;
  }
}

// Calls `scanned(text)` for every burst on this document, and keeps its keys from pressing buttons. Some scanners paste
// instead of typing; outside a field that is a scan as well.
export function listen(scanned) {
  document.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain").trim();
    if (isField(event.target) || text.length < SHORTEST || text.length > LONGEST) return;
    event.preventDefault();
    scanned(text);
  });
  const wedge = new Wedge();
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
      const text = wedge.press(event.key, event.timeStamp);
      if (text !== null || (wedge.bursting && event.key === " " && !isField(event.target))) event.preventDefault();
      if (text !== null) {
        event.stopPropagation();
        scanned(text);
      }
    },
    true,
  );
}

function isField(target) {
  return target instanceof HTMLInputElement;
}
