"""The stand-in of AWS's provider against Pulumi's classes, which are generated from the provider's own schema."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi_aws
import pytest
import yaml

from provisioner.toolchain.table import MODULES

TYPES = yaml.safe_load((MODULES / "awsplans/types.yaml").read_text(encoding="utf-8"))["resources"]
PULUMI = Path(str(pulumi_aws.__file__)).parent
SOURCES = {
    "aws_s3_bucket": "s3/bucket.py",
    "aws_s3_bucket_public_access_block": "s3/bucket_public_access_block.py",
    "aws_s3_bucket_versioning": "s3/bucket_versioning.py",
    "aws_s3_bucket_server_side_encryption_configuration": "s3/bucket_server_side_encryption_configuration.py",
    "aws_s3_bucket_ownership_controls": "s3/bucket_ownership_controls.py",
    "aws_s3_bucket_policy": "s3/bucket_policy.py",
    "aws_kms_key": "kms/key.py",
    "aws_kms_alias": "kms/alias.py",
    "aws_vpc": "ec2/vpc.py",
    "aws_subnet": "ec2/subnet.py",
    "aws_security_group": "ec2/security_group.py",
    "aws_vpc_security_group_ingress_rule": "vpc/security_group_ingress_rule.py",
    "aws_vpc_security_group_egress_rule": "vpc/security_group_egress_rule.py",
    "aws_security_group_rule": "ec2/security_group_rule.py",
}


def constructor(path: str, suffix: str) -> Iterator[tuple[str, bool]]:
    """Arguments of the class whose name ends so, and whether each is required."""
    tree = ast.parse((PULUMI / path).read_text(encoding="utf-8"))
    found = next(
        each
        for each in tree.body
        if isinstance(each, ast.ClassDef) and each.name.endswith(suffix) and "Get" not in each.name
    )
    made = next(each for each in found.body if isinstance(each, ast.FunctionDef) and each.name == "__init__")
    for argument, default in zip(made.args.kwonlyargs, made.args.kw_defaults, strict=True):
        yield argument.arg, default is None


def words_of(field: Any) -> list[str]:
    return str(field if isinstance(field, str) else field["is"]).split()


def named_so(name: str, known: dict[str, bool]) -> str | None:
    """Pulumi writes lists in the plural."""
    return next((each for each in (name, f"{name}s") if each in known), None)


def test_each_type_is_compared() -> None:
    assert set(SOURCES) == set(TYPES)


@pytest.mark.parametrize("kind", sorted(SOURCES))
def test_arguments_are_those_of_the_provider(kind: str) -> None:
    arguments = dict(constructor(SOURCES[kind], "Args"))
    attributes = dict(constructor(SOURCES[kind], "State"))
    for name, field in TYPES[kind].items():
        words = words_of(field)
        is_argument = "required" in words or "optional" in words
        known = named_so(name, arguments if is_argument else attributes)
        assert known, f"{kind}.{name} is none of {sorted(arguments if is_argument else attributes)}"
        if "required" in words:
            assert arguments[known], f"{kind}.{name} is not required"
    needed = {name for name, is_required in arguments.items() if is_required}
    ours = {name for name, field in TYPES[kind].items() if "required" in words_of(field)}
    assert {named_so(name, arguments) for name in ours} == needed
