"""The collector and what lives as long as the process."""

import gc

from gateway.processes import lasting


def test_what_is_there_is_not_looked_through_again() -> None:
    """Afterwards a full collection has nothing to do but with what came later."""
    before, thresholds = gc.get_freeze_count(), gc.get_threshold()
    try:
        lasting.hold()
        assert gc.get_freeze_count() > before
        assert len(gc.get_objects()) < 10_000
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)
