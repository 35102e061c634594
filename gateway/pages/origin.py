"""Did this request come from our own page? What changes something asks this before it trusts a cookie.

A SameSite=Strict cookie already stays away from other sites' requests. This holds where a neighbour shares
the site (another port or sub-domain of the same host) and in browsers that get SameSite wrong.
"""


def is_same_origin(origin: str | None, fetch_site: str | None, own_origin: str) -> bool:
    """Return whether the headers Origin and Sec-Fetch-Site say that a request comes from `own_origin`
    (scheme://host[:port]).

    A browser sends Origin with every POST and Sec-Fetch-Site with everything; a request with neither is no
    browser's and has no business with a browser's cookie.
    """
    if fetch_site is not None and fetch_site != "same-origin":
        return False
    if origin is not None:
        return origin == own_origin
    return fetch_site == "same-origin"
