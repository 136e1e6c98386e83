"""Following what labnode says while it boots: JSON lines on its standard output, a file of the host's."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from labs.core.errors import InfrastructureError, TimedOutError

POLL_SECONDS = 0.01
Event = dict[str, Any]
_PLAIN = ("event", "seconds", "component", "error")


def follow(
    path: Path, *, until: str, limit_seconds: float, is_alive: Callable[[], bool], what: str = "node", hint: str = ""
) -> dict[str, Event]:
    """Return the events by name once `until` was said. `what` is booting; `hint` tells where it left its last words.

    Raises InfrastructureError when the node says that it failed or ends, TimedOutError after `limit_seconds`.
    """
    deadline = time.monotonic() + limit_seconds
    while True:
        events = read(path)
        if failed := events.get("failed"):
            where = failed.get("component", "labnode")
            raise InfrastructureError(f"The {what} failed: {where}: {failed.get('error', '')[:2000]}", hint=hint)
        if until in events:
            return events
        if not is_alive():
            raise InfrastructureError(f"The {what} ended after it said {', '.join(events) or 'nothing'}.", hint=hint)
        if time.monotonic() > deadline:
            got = ", ".join(events) or "-"
            raise TimedOutError(
                f"The {what} was not {until} within {limit_seconds:.0f} s; it got as far as: {got}.",
                hint="Is the host overloaded? TALLER_NODE_READY_TIMEOUT_SECONDS raises the limit.",
            )
        time.sleep(POLL_SECONDS)


def read(path: Path) -> dict[str, Event]:
    """The events so far, by name; a line that is not whole yet is left for later."""
    events: dict[str, Event] = {}
    for line in path.read_text(errors="replace").split("\n")[:-1]:
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            continue  # something in the node wrote to its standard output
        if isinstance(event, dict) and isinstance(event.get("event"), str):
            events[event["event"]] = event
    return events


def without_secrets(path: Path) -> str:
    """What the node said, for whoever looks into why it failed: the keys that it gave are not kept after it."""
    said = read(path).values()
    return "".join(json.dumps({key: each[key] for key in _PLAIN if key in each}) + "\n" for each in said)
