"""The one settings object. Environment is read here and nowhere else; every field has its unit, default and reason."""

import ipaddress
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path, user_data_path
from pydantic import Field, PositiveInt, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from labs.core.errors import InputError

PREFIX = "TALLER_"


class Settings(BaseSettings):
    """Read from TALLER_* variables. See the fields."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    home: Path = Field(default_factory=lambda: user_data_path("taller"))
    """Registry of labs, Pulumi state, lab directories, logs of labs that failed to boot. Worth a backup."""

    cache: Path = Field(default_factory=lambda: user_cache_path("taller"))
    """Toolchain and images, which living labs use. May be deleted while no lab lives; it is built again."""

    run: Path = Path("/run/taller")
    """Host-wide slots and container state; one for all TALLER_HOMEs, since links and id ranges are host-wide too."""

    address_range: str = "10.213.0.0/16"
    """Each lab's link gets a /30 of it. Private, and apart from the ranges that Docker and kind choose."""

    first_host_id: int = 0x20000000
    """First uid/gid of the first lab; each lab has 65,536. Above what useradd hands out in /etc/subuid."""

    max_labs: PositiveInt = 64
    """Slots on one host; far above what two cores carry, below what the address range could."""

    ttl_seconds: float = 4 * 3600.0
    """How long a lab lives when `--ttl` is not given: half a working day."""

    node_ready_timeout_seconds: float = 60.0
    """Twelve times the usual 5 s: eight labs starting at once share two cores."""

    pulumi_backend_url: str = Field(default="", validation_alias="PULUMI_BACKEND_URL")
    """A Pulumi backend (s3://…, azblob://…, postgres://…), to share labs among hosts. Empty: files below `home`."""

    stop_after_step: str = ""
    """Tests only: the CLI kills itself with SIGKILL after this lifecycle step (`up:stack`, `down:files`…)."""

    @field_validator("home", "cache", "run")
    @classmethod
    def _absolute(cls, path: Path) -> Path:
        return path.expanduser().absolute()  # the next command may run in another directory

    @field_validator("address_range")
    @classmethod
    def _network(cls, text: str) -> str:
        return str(ipaddress.IPv4Network(text))

    @property
    def labs_directory(self) -> Path:
        """One directory per lab."""
        return self.home / "labs"

    def real_account_directory(self, lab: str) -> Path:
        """What a lab's real account needs kept. Beside the lab's own directory, which goes with its node's cell."""
        return self.labs_directory / f"{lab}.account"

    def lasting_directory(self, lab: str) -> Path:
        """What a lab's account needs kept to its end. A node's cell is made, and goes, with the lab's own directory."""
        return self.labs_directory / f"{lab}.account"

    @property
    def registry_path(self) -> Path:
        """The SQLite registry."""
        return self.home / "registry.sqlite"


@cache
def settings() -> Settings:
    """Return the settings of this process; tests clear the cache. Raises InputError for one that cannot be used."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        raise InputError(
            f"{name}={first['input']!s} cannot be used: {first['msg']}.", hint="docs/settings.md tells what it means."
        ) from error
