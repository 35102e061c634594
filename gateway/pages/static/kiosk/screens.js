// Shows one screen at a time and moves the focus to its heading, so that a screen reader starts where a reader does.

const SHELF = ["offers", "everyone", "token"];

export function show(screen, words) {
  for (const section of document.querySelectorAll(".screen")) {
    section.hidden = !section.dataset.for.split(" ").includes(screen);
  }
  if (SHELF.includes(screen)) nameShelf(screen, words);
  document.body.dataset.screen = screen;
  const shown = visible();
  window.scrollTo(0, 0);
  if (screen === "typing") document.getElementById("typed").focus();
  else shown.querySelector("h1").focus({ preventScroll: true });
}

export function visible() {
  return document.querySelector(".screen:not([hidden])");
}

// Takes everything of a session off the page: offers, QR codes, what was typed, what was announced.
export function wipe() {
  for (const list of document.querySelectorAll(".offers")) list.replaceChildren();
  for (const block of document.querySelectorAll(".everyone")) block.hidden = true;
  document.getElementById("typed").value = "";
  document.getElementById("typing-problem").textContent = "";
  document.getElementById("degraded").hidden = true;
  announce("");
}

export function announce(text) {
  document.getElementById("live").textContent = text;
}

function nameShelf(screen, words) {
  for (const [id, part] of [["title-offers", "title"], ["lead-offers", "lead"]]) {
    const element = document.getElementById(id);
    element.dataset.say = `${screen}.${part}`;
    element.textContent = words.say(element.dataset.say);
  }
}
