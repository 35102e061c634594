"""What granian imports in each worker process: the application as `app`."""

import atexit

from gateway.app import create_app
from gateway.processes import lasting, lifeline, logs
from gateway.settings import from_environment
from gateway.wiring import open_services

lifeline.hold()
settings = from_environment()
logs.configure(settings)
services = open_services(settings)
app = create_app(services)
lasting.hold()
atexit.register(services.close)

__all__ = ["app"]
