"""What granian imports in each worker process: the application as `app`."""

import atexit
import sys

from gateway.app import create_app
from gateway.serving import lasting, lifeline, logs
from gateway.settings import from_environment
from gateway.wiring import open_services

WAITS_FOR_ITS_TURN_S = 0.0005
"""A till's few milliseconds of work are parted by waiting for the database, and after each wait it asks for
its turn again: beside a batch of events it would get it 5 ms later every time.
"""

lifeline.hold()
sys.setswitchinterval(WAITS_FOR_ITS_TURN_S)
settings = from_environment()
logs.configure(settings)
services = open_services(settings)
app = create_app(services)
lasting.hold()
atexit.register(services.close)

__all__ = ["app"]
