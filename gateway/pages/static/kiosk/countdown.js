// The ring that shows how long a session lasts, and the notice before it ends.

import { announce, visible } from "./screens.js";

const session = document.getElementById("session");
const ring = document.getElementById("ring-left");
const seconds = document.getElementById("seconds");
const stay = document.getElementById("stay");

export function showCountdown(isShown) {
  session.hidden = !isShown;
  hideNotice();
}

export function drawCountdown(leftS, wholeS) {
  ring.style.strokeDashoffset = String(100 - (100 * leftS) / wholeS);
  const left = String(Math.ceil(leftS));
  if (seconds.textContent !== left) seconds.textContent = left;
}

export function showNotice(leftS, words) {
  const text = words.say("countdown.notice", { seconds: leftS });
  document.getElementById("stay-text").textContent = text;
  stay.hidden = false;
  session.classList.add("ending");
  announce(text);
}

export function hideNotice() {
  if (stay.contains(document.activeElement)) visible().querySelector("h1").focus({ preventScroll: true });
  stay.hidden = true;
  session.classList.remove("ending");
}
