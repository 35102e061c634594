"""How a process that we started is ended."""

import subprocess


def end(process: "subprocess.Popen[bytes]", *, within_s: float) -> None:
    """Asks it to stop (SIGTERM) and waits; kills it when so many seconds were not enough."""
    process.terminate()
    try:
        process.wait(timeout=within_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
