// The kiosk page: takes scans and touches, asks the server, shows the answer, forgets it again.
//
// Invariant: what a shopper scanned or typed lives only in `session`, and `forget` is the one place that ends it.

import { drawCountdown, hideNotice, showCountdown, showNotice } from "./countdown.js";
import { Idle } from "./idle.js";
import { drawKeys } from "./keyboard.js";
import { clears, next } from "./machine.js";
import { askOffers, pulse } from "./network.js";
import { drawOffers } from "./offers.js";
import { announce, show, visible, wipe } from "./screens.js";
import { listen } from "./wedge.js";
import { onLanguage, Words } from "./words.js";
import { keepOfflinePage } from "./offline-page.js";

const REST_MS = 4000;
const PULSE_MS = 60000;
const RETRY_MS = [2000, 4000, 8000, 15000];
const WARN_AT_S = 10;

const words = Words.ofPage();
const home = words.language;
const typed = document.getElementById("typed");

let screen = "welcome";
let session = null; // {question, abort} while somebody's scan is being looked up or shown
let timer = null; // the one thing that is to happen later: rest, pulse or retry
let failures = 0;

const idleSeconds = Number(document.body.dataset.idleS);
const idle = new Idle({
  seconds: idleSeconds,
  warnAt: Math.min(WARN_AT_S, idleSeconds / 2),
  tick: (leftS) => drawCountdown(leftS, idleSeconds),
  warn: (leftS) => showNotice(leftS, words),
  end: finish,
});

function happen(event) {
  const after = next(screen, event);
  if (after === screen && event !== "scan") return;
  screen = after;
  arrive();
}

function arrive() {
  if (["welcome", "cleared", "revoked", "typing"].includes(screen)) forget();
  if (screen === "cleared") words.speak(home);
  if (screen === "typing") layKeys();
  show(screen, words);
  // Without a network the screen stays, but what was scanned is forgotten all the same.
  const counts = clears(screen) || (screen === "offline" && session !== null);
  if (counts) idle.start();
  else idle.stop();
  showCountdown(counts);
  showBanner();
  plan();
}

// What happens next by itself on this screen.
function plan() {
  clearTimeout(timer);
  if (screen !== "offline") failures = 0;
  if (screen === "cleared") timer = setTimeout(() => happen("rested"), REST_MS);
  if (screen === "welcome") timer = setTimeout(checkPulse, PULSE_MS);
  if (screen === "offline") timer = setTimeout(checkPulse, RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]);
}

async function checkPulse() {
  const asked = screen;
  if (screen === "welcome") words.speak(home);
  const result = await pulse();
  if (screen !== asked) return;
  if (result === "reachable" && screen === "offline" && session) repeat();
  else happen(result);
  if (screen === asked) plan();
}

function forget() {
  session?.abort.abort();
  session = null;
  wipe();
}

// Ends whatever is going on; the one way out of a session, by hand or by itself.
function finish() {
  happen("clear");
  forget();
  showCountdown(false);
}

function ask(event, question) {
  session?.abort.abort();
  wipe();
  const mine = { question, abort: new AbortController() };
  session = mine;
  happen(event);
  askOffers({ ...question, language: words.language }, mine.abort.signal).then((result) => {
    if (session === mine) receive(result);
  });
}

function repeat() {
  if (session) ask("retry", session.question);
  else checkPulse();
}

function receive(result) {
  if (result.kind !== "answer") {
    happen(result.kind);
    return;
  }
  const { answer, degraded, offers } = result.body;
  document.getElementById("degraded").hidden = !degraded;
  happen(answer);
  showOffers(offers);
}

function showOffers(offers) {
  const list = visible().querySelector(".offers");
  if (!list || offers.length === 0) return;
  drawOffers(list, offers, words);
  const everyone = list.closest(".everyone");
  if (everyone) everyone.hidden = false;
  announce(words.say("offer.count", { count: offers.length }));
}

// Half a scan may sit in the field when a scanner types while the form is open.
function scanned(text) {
  ask("scan", { entry: "scanned", value: text });
}

function submitted(event) {
  event.preventDefault();
  const value = typed.value.trim();
  if (!looksComplete(value)) {
    document.getElementById("typing-problem").textContent = words.say("typing.invalid");
    typed.focus();
    return;
  }
  ask("submit", { entry: "typed", value });
}

function looksComplete(value) {
  const isAddress = /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(value);
  return isAddress || (/^[\w\s()./+-]+$/.test(value) && value.replace(/\D/g, "").length >= 6);
}

function speak(language) {
  words.speak(language);
  if (screen === "typing") layKeys();
  if (screen === "welcome") plan();
  // Prices, dates and messages were written by the server, so the answer is asked for again.
  if (session && screen !== "offline") ask("scan", session.question);
}

function layKeys() {
  const keys = document.getElementById("typing-keys");
  drawKeys(keys, typed, words.say("keyboard.rows").split(" "), words.say("keyboard.delete"));
}

function showBanner() {
  document.getElementById("banner").hidden = navigator.onLine || screen === "offline";
}

const actions = {
  type: () => happen("type"),
  back: () => happen("back"),
  retry: repeat,
  pair: () => location.reload(),
};

function listenToPage() {
  for (const button of document.querySelectorAll("[data-action]")) {
    button.addEventListener("click", () => actions[button.dataset.action]());
  }
  document.getElementById("finish").addEventListener("click", finish);
  document.getElementById("typing-form").addEventListener("submit", submitted);
  onLanguage(speak);
  listen(scanned);
  // Not pointermove: browsers make one up when the page moves under a resting pointer.
  for (const touch of ["pointerdown", "keydown", "wheel", "touchmove"]) {
    document.addEventListener(touch, touched, { passive: true, capture: true });
  }
  window.addEventListener("offline", lost);
  window.addEventListener("online", found);
  // A page that is put aside must come back empty: neither the back button nor a woken screen shows the last shopper.
  window.addEventListener("pagehide", finish);
  window.addEventListener("pageshow", (event) => event.persisted && finish());
  document.addEventListener("visibilitychange", () => document.hidden && finish());
}

function touched() {
  idle.touch();
  hideNotice();
}

function lost() {
  showBanner();
  happen("unreachable");
}

function found() {
  showBanner();
  if (screen === "offline") checkPulse();
}

listenToPage();
arrive();
if (!navigator.onLine) lost();
keepOfflinePage();
