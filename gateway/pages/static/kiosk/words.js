// The page's messages. All languages come with the page, so that switching works without a network.

export class Words {
  #all;
  #language;

  constructor(all, language) {
    this.#all = all;
    this.#language = language;
  }

  static ofPage() {
    return new Words(JSON.parse(document.getElementById("words").textContent), document.body.dataset.language);
  }

  get language() {
    return this.#language;
  }

  say(key, values = {}) {
    return this.#all[this.#language][key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  }

  // Switches the language of everything on the page that the templates wrote.
  speak(language) {
    if (!(language in this.#all)) return;
    this.#language = language;
    document.documentElement.lang = language;
    for (const element of document.querySelectorAll("[data-say]")) element.textContent = this.say(element.dataset.say);
    for (const element of document.querySelectorAll("[data-say-label]")) {
      element.setAttribute("aria-label", this.say(element.dataset.sayLabel));
    }
    for (const button of document.querySelectorAll(".language")) {
      button.setAttribute("aria-pressed", String(button.dataset.language === language));
    }
  }
}

// Calls `chosen(language)` when a language button is pressed.
export function onLanguage(chosen) {
  for (const button of document.querySelectorAll(".language")) {
    button.addEventListener("click", () => chosen(button.dataset.language));
  }
}
