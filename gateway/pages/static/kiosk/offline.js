// The page shown when there is no network at all: looks for the server and goes back to the kiosk page once it answers.

import { pulse } from "./network.js";

const EVERY_MS = 5000;

async function look() {
  if ((await pulse()) !== "unreachable") location.replace("/kiosk");
}

document.getElementById("retry").addEventListener("click", look);
window.addEventListener("online", look);
setInterval(look, EVERY_MS);
