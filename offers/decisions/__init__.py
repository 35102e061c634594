"""Decisions kept: logged behind the answer, replayed, told in sentences."""
