"""What a fault replaced, wherever the broken system still shows it.

A value that the broken system shows by design, elsewhere than in the object at fault, is what a candidate is to find:
a Service's right port is its pods' own. So a value is looked for everywhere where no manifest or file of the broken
system has it, and otherwise only in the object at fault and in what it left: its revisions, its pods, their events.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from grading.window import owners
from labs.catalogue.merge import differences
from labs.catalogue.variant import Variant, object_ref
from labs.core.ports import Manifest
from labs.core.probes import ObjectRef

SHORTEST = 3
"""Shorter values (a number of copies, "on") are found anywhere, and tell nothing."""
NAMED = 3
"""So many places that show an answer are named."""
REVISIONS = frozenset({"ReplicaSet", "ControllerRevision"})
"""Kinds that hold how another object was."""
MEANINGLESS = re.compile(r"uid|resourceVersion|\w*(Timestamp|Time|IDs?|IPs?)|time|ip|pod-template-hash|controller-uid")
"""Keys whose values are made by chance or by the clock: digits there may be like anything."""


def answers(variant: Variant) -> Mapping[ObjectRef, frozenset[str]]:
    """Return, for each object at fault, the values (of texts: the lines) that it has when healthy alone."""
    broken = {object_ref(each): each for each in variant.broken}
    found = {}
    for healthy in variant.healthy:
        ref = object_ref(healthy)
        if ref in variant.faulted and ref in broken:
            changed = differences(healthy, broken[ref]).values()
            lines = {
                line
                for was, _ in changed
                for text in _texts(was, keys=False)
                for line in map(str.strip, text.splitlines())
            }
            found[ref] = frozenset(_absent(lines, _texts(broken[ref])))
    return {ref: values for ref, values in found.items() if values}


def shown(variant: Variant, found: Sequence[Manifest], logs: Sequence[Manifest] = ()) -> Iterator[str]:
    """Tell which answers these objects of the broken system, as the API has them, show, and these logs of its pods.

    A log has the shape of an object, with its pod's metadata: it is as near to the fault as the pod is.
    """
    texts = [text for manifest in variant.broken for text in _texts(manifest)]
    texts += variant.workspace.broken.values() if variant.workspace else ()
    texts += [script.broken for script in (variant.live, variant.node) if script]
    may_log = variant.said | variant.logged
    for ref, values in answers(variant).items():
        secret = _absent(values, texts)
        family = _family(ref, found)
        places: defaultdict[str, list[str]] = defaultdict(list)
        for manifest, may in (*((each, variant.said) for each in found), *((each, may_log) for each in logs)):
            if variant.shows_history and manifest["kind"] in REVISIONS:
                continue
            sought = values if manifest["metadata"].get("uid") in family or _about(manifest) in family else secret
            for value in _present(sought - may, _texts(manifest)):
                places[value].append(name_of(manifest))
        for value, by in places.items():
            more = f" and {len(by) - NAMED} more" if len(by) > NAMED else ""
            yield f"{ref} had {value[:80]!r}, and it is shown by {', '.join(by[:NAMED])}{more}"


def name_of(manifest: Manifest) -> str:
    """How an object is told of: its kind, namespace and name."""
    return f"{manifest['kind']} {manifest['metadata'].get('namespace', '')}/{manifest['metadata']['name']}"


def _family(ref: ObjectRef, found: Sequence[Manifest]) -> set[str]:
    """The uids of the object and of what it owns, and what that owns."""
    family = {
        each["metadata"].get("uid", "")
        for each in found
        if (each["kind"], each["metadata"].get("namespace", ""), each["metadata"]["name"])
        == (ref.kind, ref.namespace, ref.name)
    }
    while True:
        owned = {
            each["metadata"].get("uid", "") for each in found for owner in owners(each) if owner.get("uid") in family
        }
        if owned <= family:
            return family - {""}
        family |= owned


def _about(manifest: Manifest) -> str:
    """The uid of what an event tells of; empty for what is no event."""
    return str((manifest.get("involvedObject") or {}).get("uid", ""))


def _texts(value: Any, *, keys: bool = True) -> Iterator[str]:
    """Every scalar in it but those that mean nothing, and every key: managed fields have values in theirs."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not MEANINGLESS.fullmatch(key):
                yield from (key,) if keys else ()
                yield from _texts(inner, keys=keys)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for inner in value:
            yield from _texts(inner, keys=keys)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _absent(values: Collection[str], texts: Iterable[str]) -> set[str]:
    """Those of the values, long enough to be looked for, that no text has."""
    sought = {value for value in values if len(value) >= SHORTEST}
    return sought - set(_present(sought, texts))


def _present(values: Collection[str], texts: Iterable[str]) -> Iterator[str]:
    """Those of the values that a text has as a word of its own: 8080 is not in 18080, nor `web` in `web-1`."""
    if values:
        text = "\n".join(texts)
        for value in sorted(values):
            if re.search(rf"(?<![\w.-]){re.escape(value)}(?![\w-]|\.\w)", text):
                yield value
