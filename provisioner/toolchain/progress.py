"""Progress of long steps: says what is being made and for how long, on stderr."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TextIO

if TYPE_CHECKING:
    from rich.progress import TaskID

REMINDER_SECONDS = 15.0
"""Plain output repeats itself this often: seldom enough for a log, often enough to show that it lives."""


class Progress(Protocol):
    """Told about steps, from several threads at once."""

    def started(self, name: str, doing: str) -> None:
        """A step began, or goes on differently: `doing` reads like "building from Go modules"."""

    def detail(self, name: str, text: str) -> None:
        """What the step does just now; may come a hundred times a second."""

    def finished(self, name: str, text: str) -> None:
        """The step is over; `text` says how."""


class Silent:
    """Says nothing."""

    def started(self, name: str, doing: str) -> None:
        """Nothing."""

    def detail(self, name: str, text: str) -> None:
        """Nothing."""

    def finished(self, name: str, text: str) -> None:
        """Nothing."""


class Plain:
    """One line per event, and a reminder of what still runs every REMINDER_SECONDS."""

    def __init__(self, stream: TextIO | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream or sys.stderr
        self._clock = clock
        self._lock = threading.Lock()
        self._running: dict[str, tuple[float, str]] = {}
        self._reminded: dict[str, float] = {}

    def started(self, name: str, doing: str) -> None:
        """Say it."""
        with self._lock:
            begun = self._running.get(name, (self._clock(), ""))[0]
            self._running[name] = (begun, doing)
            self._reminded[name] = self._clock()
            self._say(f"{name}: {doing}")

    def detail(self, name: str, text: str) -> None:
        """Say it when nothing was said of the step for a while."""
        with self._lock:
            now = self._clock()
            if name in self._running and now - self._reminded[name] >= REMINDER_SECONDS:
                begun, doing = self._running[name]
                self._reminded[name] = now
                self._say(f"{name}: still {doing}, {now - begun:.0f} s ({text})")

    def finished(self, name: str, text: str) -> None:
        """Say it, with the time taken."""
        with self._lock:
            begun = self._running.pop(name, (self._clock(), ""))[0]
            self._say(f"{name}: {text}, {self._clock() - begun:.1f} s")

    def _say(self, line: str) -> None:
        print(line, file=self._stream, flush=True)


class Live:
    """A Rich table of what runs, for a terminal. Use as a context."""

    def __init__(self) -> None:
        from rich.console import Console  # noqa: PLC0415  -- costs 60 ms that `taller --help` need not pay
        from rich.progress import Progress as Bars  # noqa: PLC0415
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

        self._bars = Bars(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
            TextColumn("{task.fields[detail]}", style="dim", markup=False),
            console=Console(stderr=True),
        )
        self._tasks: dict[str, TaskID] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def started(self, name: str, doing: str) -> None:
        """Show a row."""
        self._bars.update(self._task(name), description=f"{name}: {doing}", detail="")

    def detail(self, name: str, text: str) -> None:
        """Show it behind the row."""
        self._bars.update(self._task(name), detail=text[-48:])

    def finished(self, name: str, text: str) -> None:
        """Tick the row off."""
        self._bars.update(self._task(name), description=f"{name}: {text}", completed=1, detail="")

    def _task(self, name: str) -> "TaskID":
        with self._lock:
            if name not in self._tasks:
                self._tasks[name] = self._bars.add_task(name, total=1, detail="")
            return self._tasks[name]


@contextmanager
def progress_on_stderr() -> Iterator[Progress]:
    """Rich rows on a terminal, plain lines otherwise."""
    if sys.stderr.isatty():
        with Live() as live:
            yield live
    else:
        yield Plain()
