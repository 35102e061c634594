"""Every matching rule heard: those that may play, with their claims, and a reason for each of the others."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from offers.catalogue.rule import Rule
from offers.evaluation.case import Case, Item
from offers.evaluation.decision import Hint, Refusal
from offers.evaluation.eligibility import No, refuse
from offers.evaluation.matching import match
from offers.evaluation.plays import claim
from offers.evaluation.pricing import Grant, Play


@dataclass(slots=True, eq=False)
class Judged:
    """The plays, in the order of positions, and why the others may not, by campaign id."""

    plays: list[Play] = field(default_factory=list)
    refused: dict[str, Refusal] = field(default_factory=dict)
    nos: dict[int, No | None] = field(default_factory=dict)

    def let_go(self) -> None:
        """Parts plays from their claims, which know their play: else the collector has to find them all."""
        for play in self.plays:
            play.claims.clear()


def judge(case: Case, items: list[Item], heard: Judged | None = None) -> Judged:
    """What the rules that match these items claim. A rule `heard` before is not asked again as such."""
    judged = Judged()
    if heard is not None:
        judged.nos, judged.refused = heard.nos, heard.refused
    if not items:
        return judged
    matches = match(case, items)
    only = case.shopper.only if case.shopper is not None else None
    for slot in case.catalogue.in_order(matches):
        rule = case.catalogue.rules[slot]
        if only is not None and rule.personal and rule.id != only.campaign:
            continue  # whoever holds a token learns nothing else, not even a no
        if slot not in judged.nos:
            judged.nos[slot] = refuse(case, rule)
        heard_of = judged.nos[slot] or claim(case, rule, matches[slot])
        if isinstance(heard_of, Play):
            judged.plays.append(heard_of)
        elif heard_of is not None:
            judged.refused.setdefault(rule.id, Refusal(rule.id, heard_of.reason, heard_of.hint))
    return judged


def explain_losers(judged: Judged, grants: Sequence[Grant]) -> None:
    """Plays that could have given something and were left out: name one that gave more in their place."""
    if len(judged.plays) == 1 and grants:
        return
    winners = {grant.claim.play.rule.position for grant in grants}
    on_item: dict[int, Rule] = {}
    in_group: dict[str | None, Rule] = {}
    for grant in grants:
        rule = grant.claim.play.rule
        on_item.setdefault(grant.claim.item.order, rule)
        in_group.setdefault(rule.group, rule)
    for play in judged.plays:
        rule = play.rule
        if rule.position in winners:
            continue
        rivals = [on_item[one.item.order] for one in play.claims if one.item.order in on_item]
        if rule.group in in_group and rule.group is not None:
            rivals.append(in_group[rule.group])
        if not rivals and play.treatment.group is not None:  # whatever is left out, no group gives anything
            judged.refused.setdefault(rule.id, Refusal(rule.id, "no_effect"))
            continue
        hint = Hint("campaign", rivals[0].id) if rivals else None
        judged.refused.setdefault(rule.id, Refusal(rule.id, "better_offer", hint))


def explain_codes(case: Case, judged: Judged, given: Collection[str]) -> dict[str, str]:
    """A reason for each campaign that a code shown opens and that was not heard of so far, as nothing in the
    basket led to it. Returned is why a code opens nothing, by the code: its campaign is not live.
    """
    dead: dict[str, str] = {}
    only = case.shopper.only if case.shopper is not None else None
    for code, number in case.known.named.items():
        rule = case.catalogue.by_code.get(number)
        if rule is None:
            dead[code] = "code_not_live"
        elif rule.id not in given and rule.id not in judged.refused:
            if only is not None and rule.personal and rule.id != only.campaign:
                no = No("needs_proof")  # whoever holds a token learns nothing else about the person
            else:
                no = judged.nos.get(rule.slot) or refuse(case, rule) or No("not_in_basket")
            judged.refused[rule.id] = Refusal(rule.id, no.reason, no.hint)
    return dead
