import pytest

from labs.lifecycle.steps import Course, Step


class Work:
    def __init__(self) -> None:
        self.done: list[str] = []


def step(name: str, *, fails: BaseException | None = None, undo_fails: bool = False) -> Step[Work]:
    def do(work: Work) -> None:
        if fails:
            raise fails
        work.done.append(name)

    def undo(work: Work) -> None:
        if undo_fails:
            raise RuntimeError("stuck")
        work.done.append(f"undo {name}")

    return Step(name, do, undo)


def course(*steps: Step[Work]) -> Course[Work]:
    return Course("up", steps, told=lambda _: None, finished=lambda _name, _seconds: None)


def test_steps_are_taken_in_order() -> None:
    work = Work()
    course(step("a"), step("b")).run(work)
    assert work.done == ["a", "b"]


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt(), SystemExit(1)])
def test_what_was_begun_is_undone_in_reverse(error: BaseException) -> None:
    work = Work()
    with pytest.raises(type(error)):
        course(step("a"), step("b"), step("c", fails=error), step("d")).run(work)
    assert work.done == ["a", "b", "undo c", "undo b", "undo a"]


def test_an_undo_that_fails_does_not_hide_the_reason_nor_stop_the_rest() -> None:
    work = Work()
    with pytest.raises(ValueError, match="reason") as caught:
        course(step("a"), step("b", undo_fails=True), step("c", fails=ValueError("reason"))).run(work)
    assert work.done == ["a", "b", "undo c", "undo a"]
    assert "taller sweep" in caught.value.__notes__[0]
