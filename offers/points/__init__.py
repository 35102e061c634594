"""Points: earned in lots, pending until goods can no longer come back, spent oldest end first."""
