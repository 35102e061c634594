"""What the tills say they gave against what the ledger says."""
