"""The kiosk's routes. A view checks where a request comes from, asks a service, renders; it decides
nothing.
"""

from typing import Annotated

import msgspec
import orjson
from flask import Blueprint, Flask, render_template, request
from msgspec import Meta
from uuid_utils.compat import uuid7
from werkzeug import Response

from gateway.pages import assets, wording
from gateway.pages.kiosk import cookie, pairing, store
from gateway.pages.kiosk.answers import Presented, answer, shop_of
from gateway.pages.kiosk.pairing import NotPaired
from gateway.pages.kiosk.store import Device
from gateway.pages.kiosk.tries import Tries
from gateway.pages.serving import json_as, own_origin, page_view, require_same_origin
from gateway.pages.wording import Catalogue
from gateway.wire.glyphs import ALPHABET
from gateway.wire.learnt import learnt
from gateway.wire.problems import Problem
from gateway.wiring import Services

PAGE = "kiosk"


@learnt
class TypedCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the pairing page sends."""

    code: Annotated[str, Meta(max_length=40)]


def register(app: Flask, services: Services) -> None:
    """Add the kiosk's routes."""
    blueprint = Blueprint("kiosk", __name__, url_prefix="/kiosk", template_folder="../templates")
    views = _Views(services)
    for path, method, view in (
        ("", "GET", views.page),
        ("/pair", "POST", views.pair),
        ("/offers", "POST", views.offers),
        ("/pulse", "GET", views.pulse),
        ("/offline", "GET", views.offline),
        ("/worker.js", "GET", views.worker),
    ):
        blueprint.add_url_rule(path, endpoint=view.__name__, view_func=page_view(view), methods=[method])
    app.register_blueprint(blueprint)


class _Views:
    """The views over one worker's services."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._tries = Tries()

    def page(self) -> Response:
        """The kiosk page for a paired browser, the pairing page for any other."""
        device = self._device()
        if device is None:
            return _rendered("pair.html", "pair.title", _preferred(), glyphs=ALPHABET)
        shop = shop_of(self._services, device)
        page = _rendered(
            "kiosk.html",
            "page.title",
            wording.best(PAGE, shop.language),
            store_name=shop.name,
            idle_s=self._services.settings.kiosk_idle_s,
        )
        cookie.give(page, request.cookies[cookie.NAME], secure=self._is_secure)
        return page

    def pair(self) -> Response:
        """Turns a one-time code into this browser's cookie."""
        require_same_origin(self._services.settings.public_url)
        cookie.require_safe(request, self._origin)
        self._tries.take(request.remote_addr or "")
        asked = json_as(TypedCode)
        with self._services.database.transaction() as connection:
            result = pairing.pair(connection, asked.code, device_id=uuid7(), now=self._services.clock())
        if isinstance(result, NotPaired):
            raise Problem("wrong_code", "This code is wrong, has been used or has expired.")
        answer = Response(status=204)
        cookie.give(answer, result.cookie, secure=self._is_secure)
        return answer

    def offers(self) -> Response:
        """What the screen shows for something scanned or typed."""
        require_same_origin(self._services.settings.public_url)
        device = self._paired()
        shown = answer(self._services, device, json_as(Presented))
        return Response(orjson.dumps(shown), mimetype="application/json")

    def pulse(self) -> Response:
        """Tells the page that the server is there and that it is still paired."""
        device = self._paired()
        now = self._services.clock()
        if store.is_due(device, now=now):
            with self._services.database.transaction() as connection:
                store.mark_seen(connection, device, now=now)
        return Response(status=204)

    def offline(self) -> Response:
        """The page that the service worker keeps for the moment without a network."""
        device = self._device()
        words = wording.best(PAGE, shop_of(self._services, device).language) if device else _preferred()
        return _rendered("offline.html", "offline.title", words)

    def worker(self) -> Response:
        """The service worker; it must live at or above the page it serves."""
        answer = assets.file("kiosk/worker.js")
        answer.headers["Service-Worker-Allowed"] = "/kiosk"
        return answer

    @property
    def _origin(self) -> str:
        return own_origin(self._services.settings.public_url)

    @property
    def _is_secure(self) -> bool:
        return self._origin.startswith("https://")

    def _device(self) -> Device | None:
        value = request.cookies.get(cookie.NAME)
        with self._services.quick.connect() as connection:
            return pairing.device_of(connection, value)

    def _paired(self) -> Device:
        device = self._device()
        if device is None:
            raise Problem("not_paired", "This browser is not paired as a kiosk, or no longer.")
        return device


def _preferred() -> Catalogue:
    """The catalogue the browser asks for, where no store says which."""
    return wording.best(PAGE, *request.accept_languages.values())


def _rendered(template: str, title: str, words: Catalogue, **values: object) -> Response:
    known = wording.catalogues(PAGE)
    return Response(
        render_template(
            f"kiosk/{template}",
            asset=assets.address,
            languages=list(known.values()),
            messages={language: dict(one.messages) for language, one in known.items()},
            title=words.say(title),
            words=words,
            **values,
        ),
        mimetype="text/html",
    )
