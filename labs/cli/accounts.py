"""Options for a lab in a real AWS account, and the confirmation without which none is made."""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from labs.cli.output import note
from labs.core.errors import InputError

if TYPE_CHECKING:
    from labs.lifecycle.accounts import AccountRequest
    from provisioner.account.prospect import Prospect, Wish

ACCOUNT = "account"
EngineName = Annotated[
    str,
    typer.Option("--engine", metavar="ENGINE", help="account: AWS scenarios in a real account; default: on this host."),
]
AccountId = Annotated[
    str, typer.Option("--account", metavar="ACCOUNT_ID", help="The account meant, which the credentials must lead to.")
]
Region = Annotated[str, typer.Option("--region", metavar="REGION", help="Of the account; default: eu-west-1.")]
BudgetUsd = Annotated[
    float | None,
    typer.Option("--budget-usd", metavar="USD", help="Most that the lab may cost in the account; default: 5."),
]
Notify = Annotated[
    list[str] | None,
    typer.Option("--notify", metavar="EMAIL", help="Whom AWS tells when the budget is spent; may be repeated."),
]
Confirm = Annotated[
    str, typer.Option("--confirm", metavar="ACCOUNT_ID", help="Create in that account without being asked for its id.")
]


@dataclass(frozen=True, slots=True)
class AccountOptions:
    """What was passed, as typed."""

    account: str
    region: str
    budget_usd: float | None
    notify: tuple[str, ...]
    confirm: str


def account_wish(engine: str, given: AccountOptions) -> "Wish | None":
    """What is asked of a real account; None when none is. Raises InputError for options without the engine's name."""
    if engine != ACCOUNT:
        _check_host_engine(engine, given)
        return None
    from provisioner.account.prospect import BUDGET_USD, REGION, Wish  # noqa: PLC0415 - botocore

    if not given.account:
        raise InputError(
            "A lab in a real account must name it.", hint="Pass --account ACCOUNT_ID, the account that you mean."
        )
    budget_usd = BUDGET_USD if given.budget_usd is None else given.budget_usd
    return Wish(given.account, given.region or REGION, budget_usd, given.notify)


def account_request(wish: "Wish", confirm: str, *, json: bool) -> "AccountRequest":
    """The request, which shows what it would be and asks for the account's id once everything is known."""
    from labs.lifecycle.accounts import AccountRequest  # noqa: PLC0415

    return AccountRequest(wish, lambda found: confirmation(found, confirm, json=json))


def confirmation(found: "Prospect", confirm: str, *, json: bool) -> str:
    """What was typed, after who, where and for how much was told on standard error.

    Raises InputError where nobody can be asked and nothing was passed: --json, or no terminal.
    """
    for line in found.words():
        note(line)
    if confirm:
        return confirm
    if json or not sys.stdin.isatty():
        raise InputError(
            f"Nothing was created: creating in account {found.identity.account} must be confirmed.",
            hint=f"Pass --confirm {found.identity.account} once you have read the lines above.",
        )
    return str(typer.prompt("Type the account's id to create the lab in it", err=True))


def _check_host_engine(engine: str, given: AccountOptions) -> None:
    from provisioner.engines import AWS, KUBERNETES  # noqa: PLC0415

    if engine not in {"", *KUBERNETES, *AWS}:
        raise InputError(f"There is no engine {engine!r}.", hint=f"Leave it out, or pass --engine {ACCOUNT}.")
    passed = {"--account": given.account, "--region": given.region, "--budget-usd": given.budget_usd is not None,
              "--notify": given.notify, "--confirm": given.confirm}  # fmt: skip
    if named := [name for name, value in passed.items() if value]:
        raise InputError(
            f"{', '.join(named)}: only for a real AWS account, and nothing is created there unless it is asked for.",
            hint=f"Pass --engine {ACCOUNT} too, or leave them out.",
        )
