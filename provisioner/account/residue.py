"""What is left in an account after a teardown. "Nothing" is only said when everything was looked at.

Two ways of looking, because neither sees all: the tagging API finds what carries the lab's tag, in any service, for as
long as the tag is there; the listings (`listings.yaml`) find what a candidate made without tags, or untagged.
"""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

import jmespath
import yaml
from pydantic import BaseModel, ConfigDict

from labs.core.errors import InputError, TallerError
from provisioner.account.calls import Caller, ask
from provisioner.account.spec import TAG_LAB, Fence

WORKERS = 8
"""Sixty listings in a region, each a fifth of a second; more at once only make AWS throttle."""
GLOBAL_REGION = "us-east-1"


class Detail(BaseModel):
    """A second call about one item; what `path` finds in its answer is merged into the item."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    operation: str
    parameters: Mapping[str, Any]
    path: str


class Listing(BaseModel):
    """How one sort of thing is listed and removed. See the head of `listings.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    iam: str
    kind: str
    service: str
    operation: str
    items: str
    id: str
    remove: str
    parameters: Mapping[str, Any] = {}
    tags: str = ""
    created: str = ""
    keep: str = ""
    detail: Detail | None = None
    is_global: bool = False

    def command(self, region: str, name: str) -> str:
        """What removes the thing. Its name is the candidate's text: quoted."""
        return self.remove.format(region=region, id=shlex.quote(name))


class Why(StrEnum):
    """Why a thing counts as the lab's."""

    TAGGED = "tagged"
    YOUNGER = "made since the lab began"
    NEW = "not there before the lab"


@dataclass(frozen=True, slots=True)
class Left:
    """A thing that is left."""

    kind: str
    region: str
    id: str
    why: Why
    command: str
    """What removes it, for a shell; empty for a tagged thing of a sort that we have no listing for."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found. `left` is in the order in which to remove it."""

    left: Sequence[Left] = ()
    unknown: Sequence[str] = ()
    """Things whose age AWS does not tell and of which we do not know whether they were there before."""
    not_looked: Sequence[str] = ()
    """Listings that AWS refused, with its reason."""

    @property
    def is_clean(self) -> bool:
        """Whether everything was looked at and nothing of the lab is left."""
        return not (self.left or self.unknown or self.not_looked)


@dataclass(frozen=True, slots=True)
class _Found:
    listing: Listing
    region: str
    id: str
    tags: Mapping[str, str] = field(default_factory=dict)
    created: datetime | None = None

    @property
    def key(self) -> str:
        return f"{self.listing.kind} {self.region} {self.id}"


@cache
def listings() -> tuple[Listing, ...]:
    """The table, in the order of removal."""
    text = resources.files("provisioner.account").joinpath("listings.yaml").read_text(encoding="utf-8")
    return tuple(Listing.model_validate({("is_global" if k == "global" else k): v for k, v in entry.items()})
                 for entry in yaml.safe_load(text))  # fmt: skip


def snapshot(caller: Caller, fence: Fence) -> frozenset[str]:
    """What is in the account before the lab: opaque keys for `audit`. Raises the error of a listing that fails."""
    found, refused = _look(caller, fence)
    if refused:
        raise InputError(
            f"The account cannot be audited: {'; '.join(refused)}.",
            hint="Allow these listings, or leave the service out.",
        )
    return frozenset(each.key for each in found)


def audit(caller: Caller, fence: Fence, *, began: datetime, before: frozenset[str] | None = None) -> Audit:
    """What is left of the lab that began then. `before` is the snapshot; without one, ages alone must tell.

    Never raises for what AWS refuses: that is in the audit. Call it after teardown; AWS takes minutes to forget some
    things, so a caller repeats it until it is clean or its patience ends.
    """
    found, refused = _look(caller, fence)
    tagged, tag_refused = _tagged(caller, fence)
    left = [Left(f.listing.kind, f.region, f.id, why, f.listing.command(f.region, f.id))
            for f in found if (why := _why(f, fence, tagged=tagged, began=began, before=before))]  # fmt: skip
    listed = {(listing.kind, "" if listing.is_global else region) for listing, region in _places(fence)}
    strangers = [arn for arn in tagged if (_kind(arn), arn.split(":")[3]) not in listed]
    left += [Left(_kind(arn), arn.split(":")[3] or GLOBAL_REGION, arn, Why.TAGGED, "") for arn in strangers]
    unknown = (
        [] if before is not None else [f.key for f in found if f.created is None and not _is_tagged(f, fence, tagged)]
    )
    return Audit(tuple(left), tuple(unknown), (*refused, *tag_refused))


def _why(
    found: _Found, fence: Fence, *, tagged: Sequence[str], began: datetime, before: frozenset[str] | None
) -> Why | None:
    if _is_tagged(found, fence, tagged):
        return Why.TAGGED
    if before is not None:
        return None if found.key in before else Why.NEW
    return Why.YOUNGER if found.created is not None and found.created >= began else None


def _is_tagged(found: _Found, fence: Fence, tagged: Sequence[str]) -> bool:
    """By its own tags, or by the tagging API, which knows deleted things for a while: those are not among the found."""
    name = found.id.strip("/")
    return found.tags.get(TAG_LAB) == fence.lab or any(
        _kind(arn) == found.listing.kind and (arn == name or arn.endswith((f"/{name}", f":{name}"))) for arn in tagged
    )


def _look(caller: Caller, fence: Fence) -> tuple[list[_Found], list[str]]:
    """Everything of the fence's services in its regions, in the table's order, and what could not be listed."""

    def one(place: tuple[Listing, str]) -> list[_Found] | str:
        try:
            return list(_items(caller, *place))
        except TallerError as error:
            return f"{place[0].kind} in {place[1]}: {error.message}"

    with ThreadPoolExecutor(WORKERS) as pool:
        answers = list(pool.map(one, _places(fence)))
    return (
        [f for each in answers if not isinstance(each, str) for f in each],
        [e for e in answers if isinstance(e, str)],
    )


def _places(fence: Fence) -> list[tuple[Listing, str]]:
    """Which listing is asked in which region."""
    wanted = [listing for listing in listings() if listing.iam in {*fence.services, "iam"}]
    return [
        (listing, region) for listing in wanted for region in ([GLOBAL_REGION] if listing.is_global else fence.regions)
    ]


def _items(caller: Caller, listing: Listing, region: str) -> Iterator[_Found]:
    answer = ask(caller, listing.service, listing.operation, region=region, **listing.parameters)
    for item in jmespath.search(listing.items, dict(answer)) or []:
        name = str(jmespath.search(listing.id, item))
        full = {**item, **_detail(caller, listing, region, name)}
        if listing.keep and not jmespath.search(listing.keep, full):
            continue
        created = jmespath.search(listing.created, full) if listing.created else None
        tags = _tags(jmespath.search(listing.tags, full)) if listing.tags else {}
        yield _Found(listing, region, name, tags, _moment(created))


def _detail(caller: Caller, listing: Listing, region: str, name: str) -> Mapping[str, Any]:
    if listing.detail is None:
        return {}
    parameters = {key: name if value == "{id}" else value for key, value in listing.detail.parameters.items()}
    answer = ask(caller, listing.service, listing.detail.operation, region=region, **parameters)
    merged: Mapping[str, Any] = jmespath.search(listing.detail.path, dict(answer)) or {}
    return merged


def _tagged(caller: Caller, fence: Fence) -> tuple[list[str], list[str]]:
    """ARNs with the lab's tag, and what could not be asked."""
    arns, refused = [], []
    for region in dict.fromkeys([*fence.regions, GLOBAL_REGION]):
        filters = [{"Key": TAG_LAB, "Values": [fence.lab]}]
        try:
            found = ask(caller, "resourcegroupstaggingapi", "GetResources", region=region, TagFilters=filters)
        except TallerError as error:
            refused.append(f"tagged things in {region}: {error.message}")
            continue
        arns += [str(each["ResourceARN"]) for each in found.get("ResourceTagMappingList", [])]
    return list(dict.fromkeys(arns)), refused


def _kind(arn: str) -> str:
    """The sort of thing an ARN names, as the table does: `ec2:instance`, `sqs`, `apigateway:/restapis`."""
    parts = arn.split(":", maxsplit=5)
    service, name = parts[2], parts[5] if len(parts) > 5 else ""  # noqa: PLR2004 - an ARN's six parts
    if service in {"s3", "sqs", "sns"}:
        return service
    if service == "apigateway":
        return f"apigateway:/{name.split('/')[1]}" if name.count("/") else service
    separators = [name.index(mark) for mark in "/:" if mark in name]
    return f"{service}:{name[: min(separators)] if separators else name}"


def _tags(value: Any) -> Mapping[str, str]:
    """Tags as a mapping, from either way in which AWS writes them."""
    if isinstance(value, Mapping):
        return {str(key): str(text) for key, text in value.items()}
    return {str(tag.get("Key")): str(tag.get("Value")) for tag in value or [] if isinstance(tag, Mapping)}


def _moment(value: Any) -> datetime | None:
    """A time as AWS gives it: ISO 8601, or seconds or milliseconds since the epoch. None when it is neither."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    text = str(value or "")
    if text.replace(".", "", 1).isdigit():
        number = float(text)
        return datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC)  # noqa: PLR2004 - year 5138
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        return None
    return given if given.tzinfo else given.replace(tzinfo=UTC)
