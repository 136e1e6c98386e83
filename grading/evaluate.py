"""From a check or safeguard to the function that looks: one table, one line for each kind."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from grading.aws import aws_finding, unchanged_answer_finding
from grading.aws_judged import iam_finding, reach_finding, trust_finding
from grading.findings import Finding, UndecidableError
from grading.helpers import PythonCheck, ScenarioView
from grading.network import dns_finding, http_finding, tcp_finding
from grading.objects import exec_finding, object_finding
from grading.safeguards import (
    absent_finding,
    exists_finding,
    no_new_finding,
    replicas_finding,
    same_uid_finding,
    unchanged_finding,
)
from grading.serving import api_finding
from grading.spec import CheckSpec, SafeguardSpec
from grading.spec_parts import Model
from grading.tofu import tofu_finding

Look = Callable[[], Finding]


def check_look(check: CheckSpec, view: ScenarioView, python_checks: Mapping[str, PythonCheck]) -> Look:
    """A function that looks at what `check` is about, once."""
    looks = (
        check.http and partial(http_finding, check.http, view),
        check.dns and partial(dns_finding, check.dns, view),
        check.tcp and partial(tcp_finding, check.tcp, view),
        check.object and partial(object_finding, check.object, view),
        check.exec and partial(exec_finding, check.exec, view),
        check.api and partial(api_finding, check.api, view),
        check.aws and partial(aws_finding, check.aws, view),
        check.iam and partial(iam_finding, check.iam, view),
        check.trust and partial(trust_finding, check.trust, view),
        check.reach and partial(reach_finding, check.reach, view),
        check.tofu and partial(tofu_finding, check.tofu, view),
        check.python and partial(_python_finding, check.python, view, python_checks),
    )
    return _the_one(looks)


def safeguard_look(guard: SafeguardSpec, view: ScenarioView, python_checks: Mapping[str, PythonCheck]) -> Look:
    """A function that looks whether `guard` holds, once."""
    looks = (
        guard.same_uid and partial(same_uid_finding, guard.same_uid.ref, view),
        guard.unchanged and partial(unchanged_finding, guard.unchanged, view),
        guard.replicas and partial(replicas_finding, guard.replicas, view),
        guard.exists and partial(exists_finding, guard.exists.ref, view),
        guard.absent and partial(absent_finding, guard.absent.ref, view),
        guard.no_new and partial(no_new_finding, guard.no_new, view),
        guard.aws and partial(aws_finding, guard.aws, view),
        guard.aws_unchanged and partial(unchanged_answer_finding, guard.id, guard.aws_unchanged, view),
        guard.tofu and partial(tofu_finding, guard.tofu, view),
        guard.python and partial(_python_finding, guard.python, view, python_checks),
    )
    return _the_one(looks)


def _the_one(looks: Iterable[Look | Model | str | None]) -> Look:
    return next(look for look in looks if callable(look))


def _python_finding(check_id: str, view: ScenarioView, python_checks: Mapping[str, PythonCheck]) -> Finding:
    if check_id not in python_checks:
        raise UndecidableError(f"No check function is registered as {check_id}.")
    return python_checks[check_id](view)
