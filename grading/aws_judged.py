"""Findings where AWS's own answer cannot be had and its rules are applied to what is configured instead."""

from grading.findings import Finding
from grading.helpers import ScenarioView
from grading.spec_aws import IamCheck, ReachCheck, TrustCheck


def iam_finding(check: IamCheck, view: ScenarioView) -> Finding:
    raise NotImplementedError


def trust_finding(check: TrustCheck, view: ScenarioView) -> Finding:
    raise NotImplementedError


def reach_finding(check: ReachCheck, view: ScenarioView) -> Finding:
    raise NotImplementedError
