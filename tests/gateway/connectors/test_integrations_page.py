"""The page of integrations, run as it stands: who copies and pastes it gets what it promises."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gateway.wiring import Services
from tests.gateway.conftest import Caller

pytestmark = pytest.mark.process

PAGE = Path(__file__).parents[3] / "docs" / "integrations.md"
BLOCK = re.compile(r"```(sh|python)\n(.*?)```", re.DOTALL)


def _script() -> str:
    """All examples one after the other, in one shell: what one of them exports the next may use."""
    parts = []
    for language, content in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        parts.append(content if language == "sh" else f"{sys.executable} - <<'EXAMPLE'\n{content}EXAMPLE\n")
    return "set -euo pipefail\n" + "\n".join(parts)


def test_every_example_runs(
    services: Services, address: str, database_url: str, back: Caller, tmp_path: Path
) -> None:
    """Keys, events, shops, tills, feeds and webhooks; then what they told is known."""
    done = subprocess.run(
        ["bash", "-c", 'o2o() { "$PYTHON" -m gateway "$@"; }\n' + _script()],
        env={
            **os.environ,
            "PYTHON": sys.executable,
            "PYTHONPATH": str(PAGE.parents[1]),
            "GATEWAY": address,
            "DATABASE_URL": database_url,
            "O2O_HOME": str(services.settings.home),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    asked = {"identifiers": [{"type": "email", "value": "anna@example.org"}]}
    profile: Any = back("POST", "/v1/profiles/lookup", asked).json
    found: Any = back("GET", f"/v1/profiles/{profile['profile']}/history").json
    assert sorted(one["kind"] for one in found["items"]) == ["identify", "product_carted", "product_viewed"]
    sweater: Any = back("GET", "/v1/products/SW-1").json
    assert (sweater["title"], sweater["price"]) == ("Sweater", 5999)
    assert back("GET", "/v1/stock/0042?sku=SW-1").json == {"store": "0042", "stock": {"SW-1": "3"}}
    hooks: Any = back("GET", "/v1/webhooks").json
    assert [one["url"] for one in hooks["items"]] == ["https://crm.example/hook"]
