"""One route's requests, taken to its view without Flask's contexts.

A till's query needs no session, no URL building, no hooks and no error pages, and Flask's way to a view costs
a tenth of it. Only the exact method and path take the short cut; the route stays an ordinary one, which
answers everything else that is meant for it: other spellings of the path, OPTIONS, a wrong method.
"""

from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Request

View = Callable[[Request], WSGIApplication]


def take(app: Flask, *, endpoint: str, method: str, view: View) -> None:
    """Lets `view` answer this route's requests. It must refuse by itself whatever it refuses."""
    (rule,) = app.url_map.iter_rules(endpoint)
    rest = app.wsgi_app

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != rule.rule or environ["REQUEST_METHOD"] != method:
            return rest(environ, start_response)
        # Not noted in its own environment: nobody looks there, and only the collector would part the two.
        request = app.request_class(environ, populate_request=False)
        request.url_rule = rule
        return view(request)(environ, start_response)

    app.wsgi_app = serve  # type: ignore[method-assign]  # as Flask has it for middleware
