"""An explanation reads well at a terminal and holds no value unless one was asked for."""

from gateway import explained

RECORD = {"record": "r1", "source": "web", "channel": "online", "stub": False}
LINK = {"left": "r1", "right": "r2", "basis": "weight", "strength": "probable", "weight_bits": 7.25}
WHY = {
    "left": RECORD,
    "right": {**RECORD, "record": "r2", "stub": True},
    "same_person": False,
    "in_one_piece": True,
    "verdict": "They agree by 7.2 bits, enough to join. They stay apart all the same.",
    "link": LINK,
    "shared": [],
    "veto": {"rule": "suffix", "reason": "The name suffixes tell two people apart."},
    "evidence": [{"attribute": "city", "speaks": 1, "reason": "The same city."}],
    "weights": {
        "prior_bits": -13.0,
        "steps": [
            {"attribute": "family_name", "level": "same", "bits": 9.0, "sum_bits": -4.0, "reason": "Same."},
            {
                "attribute": "sex",
                "level": "else",
                "bits": -3.0,
                "sum_bits": -7.0,
                "reason": "Not the same.",
                "values": ["f", "m"],
            },
        ],
        "total_bits": -7.0,
        "join_bits": 4.0,
        "review_bits": 1.0,
        "reached": "none",
    },
}


def test_why_shows_the_weights_as_they_add_up() -> None:
    """Verdict and veto first, then a line for each attribute, and the sum with the lines it had to reach."""
    text = explained.why(WHY)
    assert "Two persons." in text
    assert "Veto: suffix." in text
    assert "    +9.00 ++++++            family_name: same" in text
    assert "    -3.00 --                sex: else  [f | m]" in text
    assert "    -7.00                   in all: reaches no line (join from 4.0, look at from 1.0)" in text


def test_how_shows_the_joins_in_order() -> None:
    """Records, joins with their reasons, what was refused and given up, and how well it hangs together."""
    text = explained.how(
        {
            "profile": "p1",
            "records": [RECORD],
            "joins": [{**LINK, "stage": 1, "step": 1, "reason": "They agree."}],
            "refused": [{**LINK, "rule": "limit", "reason": "Too many cards."}],
            "given_up": ["possible links"],
            "quality": {"records": 1, "density": 0.5, "bridges": [LINK], "doubt": "bridge"},
        }
    )
    assert "  1. r1 + r2\n     They agree. (7.2 bits)" in text
    assert "  x  r1 | r2\n     Too many cards." in text
    assert text.endswith("Density 0.50, bridges 1. Look at this: bridge.")
    assert "Nothing was joined." not in text
