"""Pages that people look at: the kiosk in the store; console and privacy pages join it here.

All share one look (static/look.css), one message catalogue (wording), one set of headers (headers) and no
build step.
"""
