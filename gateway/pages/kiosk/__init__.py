"""The kiosk in the store: one page, bound to one store by a pairing code, that shows a scanned card's offers.

Others can read its screen. So it never shows a name, tells nothing about what was typed, and clears itself.
"""
