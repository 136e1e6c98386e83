import pytest

from labs.core.iam.decision import Effect
from labs.core.iam.explain import explain
from tests.unit.labs.core.iam.asking import ANYBODY, A, allow, ask, deny, level, policy, root, user

CARLOS = user().arn


def test_allowed() -> None:
    words = explain(ask(user(), "s3:GetObject", "arn:aws:s3:::b/x", identity=policy(allow(Sid="All"), name="admin")))
    assert words.en == (
        f"{CARLOS} may s3:GetObject on arn:aws:s3:::b/x: "
        "statement All of the identity-based policy admin allows it."
    )  # fmt: skip
    assert words.es == (
        f"{CARLOS} puede s3:GetObject sobre arn:aws:s3:::b/x: "
        "la sentencia All de la política de identidad admin lo permite."
    )  # fmt: skip


def test_explicitly_denied() -> None:
    words = explain(ask(user(), "s3:ListAllMyBuckets", identity=policy(allow(), deny(), name="p")))
    assert words.en == f"{CARLOS} may not s3:ListAllMyBuckets: statement #2 of the identity-based policy p denies it."
    assert words.es.endswith("no puede s3:ListAllMyBuckets: la sentencia #2 de la política de identidad p lo deniega.")


def test_implicitly_denied_at_a_level() -> None:
    words = explain(ask(user(), "ec2:DescribeVpcs", identity=policy(allow()), scps=(level("Root"),)))
    assert words.en.endswith("may not ec2:DescribeVpcs: no service control policy at Root allows it.")
    assert words.es.endswith("ninguna política de control de servicios en Root lo permite.")


def test_inconclusive() -> None:
    odd = policy(allow(Condition={"StringMatches": {"k": "v"}}), name="odd")
    words = explain(ask(user(), "ec2:DescribeVpcs", identity=odd))
    assert words.en == (
        f"It cannot be said whether {CARLOS} may ec2:DescribeVpcs: "
        "statement #1 of the identity-based policy odd: AWS documents no operator StringMatches."
    )  # fmt: skip
    assert words.es.startswith("No se puede decir si ")


def test_the_root_user_and_anybody() -> None:
    assert "root user" in explain(ask(root(), "ec2:DescribeVpcs")).en
    words = explain(ask(ANYBODY, "s3:GetObject", "arn:aws:s3:::b/x", owner=A))
    assert words.en.startswith("Anybody without credentials may not")
    assert words.es.startswith("Cualquiera sin credenciales no puede")


@pytest.mark.parametrize("statement", [allow(), deny()])
def test_many_reasons_are_counted_off(statement: dict[str, str]) -> None:
    decision = ask(user(), "ec2:DescribeVpcs", identity=tuple(policy(statement, name=f"p{i}") for i in range(9)))
    assert decision.effect in (Effect.ALLOWED, Effect.EXPLICIT_DENY)
    assert len(decision.reasons) == 9
    words = explain(decision)
    assert "p2" in words.en
    assert "p3" not in words.en
    assert words.en.endswith("and others.")
    assert words.es.endswith("y otras.")
