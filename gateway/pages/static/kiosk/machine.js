// Which screen follows which: a pure table. A pair that is not listed changes nothing, so a late answer or a stray
// event can never bring back what was cleared.

export const ANSWERS = ["offers", "everyone", "token", "typed", "none", "unknown", "ambiguous", "spent", "expired"];

const SESSION = ["typing", "looking", ...ANSWERS, "busy"];

const rules = new Map();
const rule = (screens, event, next) => screens.forEach((screen) => rules.set(`${screen} ${event}`, next));

rule(["welcome", "cleared", "offline", ...SESSION], "scan", "looking");
rule(["welcome", "cleared", ...ANSWERS, "busy"], "type", "typing");
rule(["typing"], "submit", "looking");
rule(["busy", "offline"], "retry", "looking");
ANSWERS.forEach((answer) => rule(["looking"], answer, answer));
rule(["looking"], "busy", "busy");
rule(["looking", "welcome", "cleared"], "unreachable", "offline");
rule(["offline"], "reachable", "welcome");
rule(SESSION, "back", "welcome");
rule(SESSION, "clear", "cleared");
rule(["cleared"], "rested", "welcome");
rule(["welcome", "cleared", "offline", ...SESSION], "revoked", "revoked");

// The screen after an event; the same one when the event means nothing there.
export function next(screen, event) {
  return rules.get(`${screen} ${event}`) ?? screen;
}

// Whether the page clears itself on this screen when nobody touches it.
export function clears(screen) {
  return SESSION.includes(screen);
}
