"""Fields of the wire: what people write in their own words."""

import pytest
from marshmallow import ValidationError

from gateway.wire.fields import note


@pytest.mark.parametrize("blank", [" ", "\t\n", "\N{ZERO WIDTH SPACE}", "\N{NO-BREAK SPACE}"])
def test_a_reason_that_is_required_says_something(blank: str) -> None:
    """Blanks tell whoever reads it in a year nothing; a note that may be left out may be blank."""
    with pytest.raises(ValidationError, match="must say something"):
        note(longest=10, required=True).deserialize(blank)
    assert note(longest=10).deserialize(blank) == blank


def test_a_reason_in_any_script_says_something() -> None:
    """Also a single letter or sign."""
    for said in ("x", "\N{ARABIC LETTER ALEF}", "\N{CJK UNIFIED IDEOGRAPH-738B}", "-"):
        assert note(longest=10, required=True).deserialize(said) == said
