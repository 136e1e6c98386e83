"""What the account's trails record, judged from their configuration: an emulated account writes no records.

Selectors: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html and
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
Delivery: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grading.findings import UndecidableError
from grading.helpers import Finding, ScenarioView, check, failed, passed
from labs.core.aws import AwsCall
from labs.core.iam.decision import Effect, Policies
from labs.core.iam.document import parse
from labs.core.iam.evaluate import decide
from labs.core.iam.request import Kind, Principal, Request

CLOUDTRAIL = "cloudtrail.amazonaws.com"
STRANGER = "999999999999"
"""An account that is not ours."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens, by the names that advanced selectors give its fields."""

    words: str
    region: str
    fields: Mapping[str, str]

    @property
    def is_data(self) -> bool:
        """Whether it is about an object rather than the account."""
        return self.fields["eventCategory"] == "Data"


@dataclass(frozen=True, slots=True)
class Trail:
    """A trail and all that decides what it records."""

    described: Mapping[str, Any]
    is_logging: bool
    can_write: bool
    basic: list[Mapping[str, Any]] = field(default_factory=list)
    advanced: list[Mapping[str, Any]] = field(default_factory=list)

    def records(self, event: Event) -> bool:
        """Whether the event reaches the auditors' bucket by this trail."""
        told = self.described
        is_in_scope = told["IsMultiRegionTrail"] or told["HomeRegion"] == event.region
        is_global = event.fields["eventSource"] == "iam.amazonaws.com"
        if not (self.is_logging and self.can_write and is_in_scope):
            return False
        return self._selects(event) and (told["IncludeGlobalServiceEvents"] or not is_global)

    def _selects(self, event: Event) -> bool:
        if self.basic:
            return any(_is_selected(each, event) for each in self.basic)
        if self.advanced:
            return any(all(_matches(part, event) for part in each["FieldSelectors"]) for each in self.advanced)
        return not event.is_data  # nothing chosen: all management events and no others


@check("every-event-is-recorded")
def every_event_is_recorded(view: ScenarioView) -> Finding:
    """Samples of all sorts of events, in regions in use and not in use, are recorded by some trail."""
    trails = _trails(view)
    missing = [event.words for event in _samples(view) if not any(trail.records(event) for trail in trails)]
    if missing:
        return failed(
            en=f"{len(missing)} sorts of events do not reach the auditors' bucket.",
            es=f"{len(missing)} clases de eventos no llegan al bucket de auditoría.",
            expected="all are recorded",
            actual="not recorded: " + "; ".join(missing),
        )
    return passed(en="All sorts of events are recorded.", es="Se registran todas las clases de eventos.")


@check("records-can-be-proven")
def records_can_be_proven(view: ScenarioView) -> Finding:
    """Whatever is recorded is recorded by a trail that signs digests of its files; and something is."""
    trails = _trails(view)
    signing = [trail for trail in trails if trail.described.get("LogFileValidationEnabled")]
    recorded = [event for event in _samples(view) if any(trail.records(event) for trail in trails)]
    unsigned = [event.words for event in recorded if not any(trail.records(event) for trail in signing)]
    if unsigned or not recorded:
        return failed(
            en="Records could be altered without anybody noticing." if recorded else "Nothing is recorded.",
            es="Se podrían alterar registros sin que nadie lo note." if recorded else "No se registra nada.",
            expected="every record is covered by a signed digest",
            actual="not covered: " + "; ".join(unsigned) if recorded else "no records",
        )
    return passed(en="Records are covered by signed digests.", es="Los cubren resúmenes firmados.")


@check("nobody-else-writes")
def nobody_else_writes(view: ScenarioView) -> Finding:
    """The bucket's policy lets in neither strangers nor the trails of other accounts."""
    bucket = f"arn:aws:s3:::{view.parameters['Audit']}"
    trail = f"arn:aws:cloudtrail:{view.aws.region}:{STRANGER}:trail/audit"
    theirs = {"aws:SourceArn": trail, "aws:SourceAccount": STRANGER, "s3:x-amz-acl": "bucket-owner-full-control"}
    strangers: dict[str, tuple[Principal, Mapping[str, str]]] = {
        "anybody": (Principal("", "", Kind.ANONYMOUS), {}),
        "another account": (Principal(f"arn:aws:iam::{STRANGER}:root", STRANGER, Kind.ROOT), {}),
        "another account's trail": (Principal(CLOUDTRAIL, "", Kind.SERVICE), theirs),
    }
    let_in = [
        f"{who}: {action}"
        for who, (principal, context) in strangers.items()
        for action in ("s3:PutObject", "s3:GetObject", "s3:DeleteObject")
        if _is_allowed(view, Request(principal, action, f"{bucket}/AWSLogs/{STRANGER}/x", view.aws.account, context))
        or _is_allowed(view, Request(principal, action, _log(view, ""), view.aws.account, context))
    ]
    if let_in:
        return failed(
            en="The bucket's policy lets in others.",
            es="La política del bucket deja entrar a otros.",
            expected="only this account, and its own trails",
            actual="; ".join(let_in),
        )
    return passed(en="Nobody else is let in.", es="Nadie más tiene acceso.")


def _samples(view: ScenarioView) -> list[Event]:
    document = f"arn:aws:s3:::{view.parameters['Documents']}/2026/0001.txt"
    calls = (
        ("ec2.amazonaws.com", "RunInstances", "false"),
        ("ec2.amazonaws.com", "DescribeInstances", "true"),
        ("kms.amazonaws.com", "ScheduleKeyDeletion", "false"),
    )
    iam = (("iam.amazonaws.com", "CreateUser", "false"), ("iam.amazonaws.com", "ListUsers", "true"))
    uses = (("GetObject", "true"), ("PutObject", "false"), ("DeleteObject", "false"))
    return [
        *(_event(call, region) for region in (view.aws.region, "us-east-1", "ap-southeast-2") for call in calls),
        *(_event(call, "us-east-1") for call in iam),
        *(_event(("s3.amazonaws.com", name, read), view.aws.region, arn=document) for name, read in uses),
    ]


def _event(call: tuple[str, str, str], region: str, *, arn: str = "") -> Event:
    source, name, read = call
    category = "Data" if arn else "Management"
    fields = {"eventCategory": category, "eventSource": source, "eventName": name, "readOnly": read}
    if arn:
        fields |= {"resources.type": "AWS::S3::Object", "resources.ARN": arn}
    return Event(f"{source.partition('.')[0]}:{name} in {region}", region, fields)


def _trails(view: ScenarioView) -> list[Trail]:
    """The trails that see this region, wherever they were made."""
    found = view.aws.ask(AwsCall("cloudtrail", "DescribeTrails")).result.get("trailList", [])
    return [_trail(view, each) for each in found]


def _trail(view: ScenarioView, described: Mapping[str, Any]) -> Trail:
    arn, region = described["TrailARN"], described["HomeRegion"]
    status = view.aws.ask(AwsCall("cloudtrail", "GetTrailStatus", {"Name": arn}, region=region)).result
    chosen = view.aws.ask(AwsCall("cloudtrail", "GetEventSelectors", {"TrailName": arn}, region=region)).result
    return Trail(
        described,
        bool(status.get("IsLogging")),
        described["S3BucketName"] == view.parameters["Audit"] and _can_write(view, described),
        chosen.get("EventSelectors") or [],
        chosen.get("AdvancedEventSelectors") or [],
    )


def _can_write(view: ScenarioView, described: Mapping[str, Any]) -> bool:
    account = view.aws.account
    cloudtrail = Principal(CLOUDTRAIL, "", Kind.SERVICE)
    ours = {"aws:SourceArn": described["TrailARN"], "aws:SourceAccount": account}
    writing = {**ours, "s3:x-amz-acl": "bucket-owner-full-control"}
    bucket = f"arn:aws:s3:::{described['S3BucketName']}"
    prefix = str(described.get("S3KeyPrefix") or "")
    return _is_allowed(view, Request(cloudtrail, "s3:GetBucketAcl", bucket, account, ours)) and _is_allowed(
        view, Request(cloudtrail, "s3:PutObject", _log(view, prefix), account, writing)
    )


def _log(view: ScenarioView, prefix: str) -> str:
    """A file as a trail would write it."""
    start = f"{prefix}/" if prefix else ""
    key = f"{start}AWSLogs/{view.aws.account}/CloudTrail/{view.aws.region}/2027/01/01/records.json.gz"
    return f"arn:aws:s3:::{view.parameters['Audit']}/{key}"


def _is_allowed(view: ScenarioView, request: Request) -> bool:
    """By the auditors' bucket's policy. Raises UndecidableError where AWS's rules do not tell."""
    answer = view.aws.ask(AwsCall("s3", "GetBucketPolicy", {"Bucket": view.parameters["Audit"]}))
    if answer.error_code:
        return False
    decision = decide(request, Policies(resource=parse(json.loads(answer.result["Policy"]), name="bucket")))
    if decision.effect is Effect.INCONCLUSIVE:
        raise UndecidableError("; ".join(reason.words.en for reason in decision.reasons))
    return decision.is_allowed


def _is_selected(selector: Mapping[str, Any], event: Event) -> bool:
    wanted = selector.get("ReadWriteType", "All")
    if wanted != "All" and (wanted == "ReadOnly") != (event.fields["readOnly"] == "true"):
        return False
    if event.is_data:
        values = [value for each in selector.get("DataResources", []) if each["Type"] == "AWS::S3::Object"
                  for value in each["Values"]]  # fmt: skip
        return any(event.fields["resources.ARN"].startswith(value) for value in values)
    excluded = selector.get("ExcludeManagementEventSources", [])
    return bool(selector.get("IncludeManagementEvents", True)) and event.fields["eventSource"] not in excluded


def _matches(part: Mapping[str, Any], event: Event) -> bool:
    """One condition of an advanced selector. Raises UndecidableError for a field that samples do not have."""
    name = part["Field"]
    if name not in event.fields:
        if name.startswith("resources."):
            return False
        raise UndecidableError(f"CloudTrail's selector field {name} is not modelled.")
    value = event.fields[name]
    tests: dict[str, Callable[[Sequence[str]], bool]] = {
        "Equals": lambda given: value in given,
        "StartsWith": lambda given: value.startswith(tuple(given)),
        "EndsWith": lambda given: value.endswith(tuple(given)),
        "NotEquals": lambda given: value not in given,
        "NotStartsWith": lambda given: not value.startswith(tuple(given)),
        "NotEndsWith": lambda given: not value.endswith(tuple(given)),
    }
    return all(test(part[operator]) for operator, test in tests.items() if part.get(operator))
