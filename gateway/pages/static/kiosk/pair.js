// The pairing page: an operator types the one-time code. What the browser gets back is a cookie that no script can read.

import { drawKeys } from "./keyboard.js";
import { pulse, sendCode } from "./network.js";
import { onLanguage, Words } from "./words.js";

const PROBLEMS = { 0: "pair.unreachable", 403: "pair.insecure", 429: "pair.limited", 503: "pair.unreachable" };
const KEYS_A_ROW = 11;

const words = Words.ofPage();
const field = document.getElementById("code");
const button = document.querySelector("#pair-form [type=submit]");

async function pair(event) {
  event.preventDefault();
  button.disabled = true;
  const status = await sendCode(field.value);
  button.disabled = false;
  if (status !== 204) complain(PROBLEMS[status] ?? "pair.wrong");
  else if ((await pulse()) === "revoked") complain("pair.no_cookie"); // accepted, yet the browser did not keep it
  else location.reload();
}

function complain(key) {
  const problem = document.getElementById("pair-problem");
  problem.dataset.say = key;
  problem.textContent = words.say(key);
  field.select();
  field.focus();
}

function layKeys() {
  const glyphs = document.body.dataset.glyphs;
  const rows = [];
  for (let at = 0; at < glyphs.length; at += KEYS_A_ROW) rows.push(glyphs.slice(at, at + KEYS_A_ROW));
  drawKeys(document.getElementById("pair-keys"), field, rows, words.say("keyboard.delete"));
}

document.getElementById("pair-form").addEventListener("submit", pair);
onLanguage((language) => {
  words.speak(language);
  layKeys();
});
layKeys();
