"""What tills sold: receipts kept, and what follows from them for the ledger and the history."""
