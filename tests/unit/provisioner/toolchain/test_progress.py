import io

from provisioner.toolchain.progress import REMINDER_SECONDS, Plain


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_plain_lines_say_what_and_how_long() -> None:
    out, clock = io.StringIO(), Clock()
    plain = Plain(out, clock=clock)
    plain.started("labnode", "building")
    clock.now = 3.0
    plain.detail("labnode", "10 packages")
    clock.now = REMINDER_SECONDS + 1
    plain.detail("labnode", "99 packages")
    plain.detail("labnode", "100 packages")
    clock.now = 30.0
    plain.finished("labnode", "1.35.4 from build")
    assert out.getvalue().splitlines() == [
        "labnode: building",
        "labnode: still building, 16 s (99 packages)",
        "labnode: 1.35.4 from build, 30.0 s",
    ]


def test_the_time_runs_on_when_a_step_goes_on_differently() -> None:
    out, clock = io.StringIO(), Clock()
    plain = Plain(out, clock=clock)
    plain.started("runc", "downloading")
    clock.now = 5.0
    plain.started("runc", "building")
    clock.now = 9.0
    plain.finished("runc", "done")
    assert out.getvalue().endswith("runc: done, 9.0 s\n")
