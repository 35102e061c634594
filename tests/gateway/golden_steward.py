"""What stewards, marketers and the privacy office do afterwards."""

from tests.gateway.golden_step import NOW, Step

MAILBOX = '"identifiers": [{"type": "email", "value": "hubers@example.org", "assurance": "verified"}]'
DELIVERY = f"""{{"source": "crm", "key": "C-1", "attributes": {{"full_name": "Ben Huber"}}, {MAILBOX}}}
{{"source": "crm", "key": "C-2", "attributes": {{"full_name": "Eva Maier"}}, {MAILBOX}}}
{{"source": "crm", "key": "C-3", {MAILBOX}}}
{{"source": "crm", "key": "4111111111111111"}}
"""
"""Two people with one mailbox, somebody who only gave its address, and a card number that is nobody's key."""

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
    Step(
        "put_records.delivery",
        "A delivery of many records; a bad line is refused alone",
        "back",
        "POST",
        "/v1/records/batch?batch=crm-2026-11-21",
        DELIVERY,
        mimetype="application/x-ndjson",
    ),
    Step(
        "list_reviews.open",
        "What a steward should look at",
        "back",
        "GET",
        "/v1/reviews",
        keep=(("review", "items/0/review"),),
    ),
    Step(
        "decide_review.dismissed",
        "Nothing to decide here",
        "back",
        "POST",
        "/v1/reviews/{review}",
        {"verdict": "dismiss", "reason": "a family's shared mailbox"},
    ),
    Step("read_households.anna", "Who lives with her", "back", "GET", "/v1/profiles/{profile}/households"),
    Step(
        "read_membership.then",
        "Whose her record was at a time",
        "back",
        "GET",
        f"/v1/profiles/{{profile}}/membership?at={NOW}",
    ),
    Step("list_sources.all", "Which sources are paused", "back", "GET", "/v1/sources"),
    Step(
        "pause_source.crm",
        "Store what a source sends and join nothing of it",
        "back",
        "POST",
        "/v1/sources/crm/pause",
        {"reason": "its export mixes customers up"},
    ),
    Step("resume_source.crm", "Join again", "back", "POST", "/v1/sources/crm/resume", {}),
    Step("list_batches.newest", "Deliveries of many records", "back", "GET", "/v1/batches"),
    Step(
        "roll_back_batch.crm",
        "Take a delivery back",
        "back",
        "POST",
        "/v1/batches/crm-2026-11-21/rollback",
        status=202,
    ),
    Step(
        "delete_record.crm", "A source forgets a shopper", "back", "DELETE", "/v1/records/crm/C-1", status=204
    ),
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
    Step(
        "put_record.lost_card",
        "A card that will be lost",
        "back",
        "PUT",
        "/v1/records/loyalty/9000000008",
        {"identifiers": [{"type": "loyalty_card", "value": "9000000008", "assurance": "verified"}]},
        status=201,
    ),
    Step(
        "put_record.new_card",
        "The card that comes after it",
        "back",
        "PUT",
        "/v1/records/loyalty/9000000009",
        {"identifiers": [{"type": "loyalty_card", "value": "9000000009", "assurance": "verified"}]},
        status=201,
    ),
    Step(
        "replace_key.lost",
        "A new card for a lost one",
        "back",
        "POST",
        "/v1/replacements",
        {
            "new": {"source": "loyalty", "key": "9000000009"},
            "old": {"source": "loyalty", "key": "9000000008"},
            "reason": "lost",
        },
        status=201,
    ),
    Step(
        "reinstate_key.found",
        "The lost card was found",
        "back",
        "DELETE",
        "/v1/replacements/loyalty/9000000008",
        status=204,
    ),
]
