"""The ledger: uses held, booked and given back, never over, never twice."""
