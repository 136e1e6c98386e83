"""What a real account needs on this host, besides the account. All of it is optional: labs run emulated without it."""

import importlib.util
import os
import shutil
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path

PLUGIN = "pulumi-resource-aws"
"""Pulumi's AWS provider: a binary from the vendor's own site, in no package registry."""
EXTRA = "pulumi-aws"


def problems(environment: Mapping[str, str] | None = None, *, home: Path | None = None) -> Sequence[str]:
    """Why the engine `account` cannot run here, each with its remedy; empty when it can. Asks no network.

    Credentials are looked for where boto3 looks first (variables, files), not tried; a machine's own role is not found
    this way, and is no problem: AWS will say.
    """
    variables = os.environ if environment is None else environment
    place = home or Path.home()
    found = []
    if not has_package():
        found.append(f"The Python package {EXTRA} is missing: pip install 'taller[account]'.")
    elif plugin(variables, home=place) is None:
        version = metadata.version(EXTRA)
        found.append(
            f"Pulumi's AWS provider {version} is missing: pulumi plugin install resource aws {version}, where the "
            f"vendor's site can be reached, or put {PLUGIN} on PATH."
        )
    if not _has_credentials(variables, place):
        found.append("There are no AWS credentials: set AWS_PROFILE, or log in (aws configure sso; aws sso login).")
    return found


def has_package() -> bool:
    """Whether the extra `account` is installed. Does not import it."""
    return importlib.util.find_spec("pulumi_aws") is not None


def plugin(environment: Mapping[str, str] | None = None, *, home: Path | None = None) -> Path | None:
    """The provider's binary of the package's own version, or one on PATH; None when there is none.

    Pulumi runs with a home of its own for each lab: the binary's directory must be on the PATH that it is given.
    """
    variables = os.environ if environment is None else environment
    if on_path := shutil.which(PLUGIN, path=variables.get("PATH", os.defpath)):
        return Path(on_path)
    if not has_package():
        return None
    pulumi = Path(variables.get("PULUMI_HOME") or (home or Path.home()) / ".pulumi")
    binary = pulumi / "plugins" / f"resource-aws-v{metadata.version(EXTRA)}" / PLUGIN
    return binary if os.access(binary, os.X_OK) else None


def _has_credentials(variables: Mapping[str, str], home: Path) -> bool:
    named = ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
             "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")  # fmt: skip
    files = (
        variables.get("AWS_SHARED_CREDENTIALS_FILE") or home / ".aws/credentials",
        variables.get("AWS_CONFIG_FILE") or home / ".aws/config",
    )
    return any(variables.get(name) for name in named) or any(Path(file).is_file() for file in files)
