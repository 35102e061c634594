// Draws offers. Every text goes in as text and every shape as an element: nothing here ever becomes markup.

const SVG = "http://www.w3.org/2000/svg";
const QUIET_ZONE = 2;

export function drawOffers(list, offers, words) {
  list.replaceChildren(...offers.map((offer) => offerItem(offer, words)));
  list.classList.toggle("offers-one", offers.length === 1);
}

function offerItem(offer, words) {
  const item = element("li", "offer");
  item.append(offerWords(offer, words));
  if (offer.qr) item.append(takeAlong(offer, words));
  return item;
}

function offerWords(offer, words) {
  const block = element("div", "offer-words");
  const tags = element("p", "offer-tags");
  if (offer.saving) tags.append(element("span", "tag tag-saving", offer.saving));
  if (!offer.personal) tags.append(element("span", "tag tag-everyone", words.say("offer.everyone")));
  if (tags.childElementCount) block.append(tags);
  block.append(element("h2", "offer-title", offer.title));
  if (offer.message) block.append(element("p", "offer-message", offer.message));
  if (offer.after) block.append(prices(offer, words));
  if (offer.until) block.append(element("p", "offer-until", words.say("offer.until", { when: offer.until })));
  return block;
}

function prices(offer, words) {
  const line = element("p", "offer-prices");
  line.append(element("span", "unseen", `${words.say("offer.after")} `), element("strong", "price-after", offer.after));
  if (offer.before) {
    line.append(element("span", "unseen", `, ${words.say("offer.before")} `), element("s", "price-before", offer.before));
  }
  return line;
}

function takeAlong(offer, words) {
  const block = element("div", "take");
  const size = offer.qr.size + 2 * QUIET_ZONE;
  const code = document.createElementNS(SVG, "svg");
  code.setAttribute("class", "take-code");
  code.setAttribute("viewBox", `${-QUIET_ZONE} ${-QUIET_ZONE} ${size} ${size}`);
  code.setAttribute("shape-rendering", "crispEdges");
  code.setAttribute("role", "img");
  code.setAttribute("aria-label", words.say("offer.qr", { title: offer.title }));
  const dark = document.createElementNS(SVG, "path");
  dark.setAttribute("d", offer.qr.path);
  code.append(dark);
  block.append(code, element("p", "take-words", words.say("offer.take")));
  return block;
}

function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}
