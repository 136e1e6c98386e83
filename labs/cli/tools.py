"""The toolchain is there before a lab is made: at once when it is, built with progress when it is not."""

from labs.core.errors import HostError, ToolchainError


def ensure_toolchain() -> None:
    """Everything a lab is made of is in the cache. Takes milliseconds when it is.

    Raises ToolchainError, and HostError before it builds for minutes on a host that cannot run labs.
    """
    from provisioner.engines import engine  # noqa: PLC0415
    from provisioner.images import noderoot, unpacked  # noqa: PLC0415 - --help must be quick
    from provisioner.toolchain import tools  # noqa: PLC0415

    try:
        noderoot.path(), unpacked.path(), tools.path("pulumi")
    except ToolchainError:
        if problems := engine("labnode").problems():
            raise HostError(problems[0], hint="`taller doctor` shows everything a lab needs.") from None
        build_toolchain()


def build_toolchain() -> None:
    """Everything is found, fetched or built, with progress on standard error."""
    from provisioner.prepare import prepare  # noqa: PLC0415
    from provisioner.toolchain.progress import progress_on_stderr  # noqa: PLC0415

    with progress_on_stderr() as progress:
        prepare(progress)
