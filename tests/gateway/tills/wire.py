"""The way from a till to the gateway, in one process, with everything that networks do."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from werkzeug.test import Client

from o2o_client.transport import Answer, Transport

Weather = Literal["up", "down", "lost", "late", "twice"]
"""`lost`: it arrives and the answer does not. `late`: it arrives some time after the till gave up."""


@dataclass(frozen=True)
class Request:
    """What is on its way."""

    method: str
    path: str
    body: Mapping[str, Any] | None


class Wire(Transport):
    """Delivers to an application; the test makes the weather."""

    def __init__(self, client: Client, token: str) -> None:
        self._client = client
        self._token = token
        self.weather: Weather = "up"
        self.under_way: list[Request] = []

    @property
    def is_quiet(self) -> bool:
        """A test need not wait."""
        return False

    def send(
        self, method: str, path: str, body: Mapping[str, Any] | None, *, budget_s: float | None = None
    ) -> Answer | None:
        """The answer, if the weather allows."""
        del budget_s  # nobody waits here
        request = Request(method, path, json.loads(json.dumps(body)))
        if self.weather == "down":
            return None
        if self.weather == "late":
            self.under_way.append(request)
            return None
        answer = self.deliver(request)
        if self.weather == "twice":
            answer = self.deliver(request)
        return None if self.weather == "lost" else answer

    def deliver(self, request: Request) -> Answer:
        """Let a request arrive."""
        headers = {"Authorization": f"Bearer {self._token}"}
        found = self._client.open(request.path, method=request.method, json=request.body, headers=headers)
        assert found.status_code < 500, found.text
        return Answer(found.status_code, found.get_json())

    def arrive(self, order: Callable[[list[Request]], list[Request]]) -> None:
        """Let everything arrive that was under way, in this order."""
        gone, self.under_way = self.under_way, []
        for request in order(gone):
            self.deliver(request)

    def close(self) -> None:
        """Nothing to give up."""
