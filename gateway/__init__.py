"""The door: HTTP, connectors, commands, pages and wiring. It decides nothing itself."""
