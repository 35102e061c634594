"""Pages that people look at: the kiosk in the store, and the documentation.

All share one look (static/look.css), one message catalogue (wording), one set of headers (headers) and no
build step.
"""
