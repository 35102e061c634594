"""What stewards, marketers and the privacy office do afterwards."""

from tests.gateway.golden_step import NOW, Step

STEPS = [
    Step(
        "read_history.timeline",
        "One timeline over both channels",
        "back",
        "GET",
        "/v1/profiles/{profile}/history",
    ),
    Step(
        "judge.different",
        "Two records that are not one shopper",
        "back",
        "POST",
        "/v1/judgements",
        {"left": ["{profile}"], "right": ["{card}"], "verdict": "different", "reason": "mother and daughter"},
        status=201,
    ),
    Step(
        "judge.same",
        "Decided otherwise: the newest judgement counts",
        "back",
        "POST",
        "/v1/judgements",
        {"left": ["{profile}"], "right": ["{card}"], "verdict": "same", "reason": "she showed her passport"},
        status=201,
    ),
    Step(
        "split_profile.two",
        "Take a profile apart",
        "back",
        "POST",
        "/v1/profiles/{profile}/split",
        {"groups": [["{card}"]], "reason": "card was lent to a neighbour"},
        status=201,
    ),
    Step("list_reviews.open", "What a steward should look at", "back", "GET", "/v1/reviews"),
    Step(
        "declare_consents.withdrawn",
        "She withdraws",
        "back",
        "PUT",
        "/v1/profiles/{profile}/consents",
        {"consents": [{"purpose": "cross_channel", "granted": False, "at": NOW, "evidence": "privacy page"}]},
    ),
    Step(
        "read_changes.first",
        "What happened to profiles",
        "back",
        "GET",
        "/v1/changes?limit=3",
        when="items/2",
    ),
    Step(
        "stop_campaign.now",
        "The kill switch for one campaign",
        "back",
        "PUT",
        "/v1/stops/campaign/wanted-online",
        {"reason": "wrong price on the poster"},
    ),
    Step("list_stops.standing", "What is stopped", "back", "GET", "/v1/stops"),
    Step(
        "pause_campaign.now",
        "Pause",
        "back",
        "POST",
        "/v1/campaigns/wanted-online/pause",
        {"reason": "sold out"},
    ),
    Step("end_campaign.now", "End for good", "back", "POST", "/v1/campaigns/wanted-online/end", {}),
    Step("list_campaign_versions.all", "Who did what", "back", "GET", "/v1/campaigns/wanted-online/versions"),
    Step("export_profile.all", "Everything about a shopper", "back", "POST", "/v1/profiles/{profile}/export"),
    Step(
        "erase_profile.done",
        "Forget a shopper",
        "back",
        "POST",
        "/v1/profiles/{profile}/erase",
        {"reason": "asked by letter, case 77"},
    ),
    Step(
        "read_profile.erased", "Forgotten: 410 for ever", "back", "GET", "/v1/profiles/{profile}", status=410
    ),
]
