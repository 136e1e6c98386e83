"""Whether a statement's conditions hold: missing keys, several values, set operators, `IfExists`, `Null`.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from labs.core.iam.comparisons import OPERATORS, Operator
from labs.core.iam.document import Condition
from labs.core.iam.matching import Resolved, resolve, with_missing
from labs.core.iam.request import Context
from labs.core.iam.truth import YES, Truth, all_of, any_of, negated, truth_of, unknown

_ALL, _ANY = "ForAllValues", "ForAnyValue"
_IF_EXISTS = "IfExists"


def hold(conditions: tuple[Condition, ...], context: Context, *, has_variables: bool) -> Truth:
    """Whether every condition holds. None at all do."""
    return all_of(is_met(condition, context, has_variables=has_variables) for condition in conditions)


def is_met(condition: Condition, context: Context, *, has_variables: bool) -> Truth:
    """Whether one condition holds. `has_variables`: see Policy.has_variables."""
    if doubt := context.doubt(condition.key):
        return Truth(None, (doubt,))
    values = context.find(condition.key)
    if condition.operator == "Null":
        return _is_null(condition, values)
    quantifier, _, rest = condition.operator.rpartition(":")
    operator = OPERATORS.get(rest.removesuffix(_IF_EXISTS))
    if operator is None or quantifier not in ("", _ALL, _ANY):
        return unknown(
            f"AWS documents no operator {condition.operator}", f"AWS no documenta ningún operador {condition.operator}"
        )
    if not condition.values:
        return unknown(f"{condition.key} is compared with nothing", f"{condition.key} no se compara con nada")
    if not values:
        return _without_key(quantifier, operator, if_exists=rest.endswith(_IF_EXISTS))
    return _with_key(quantifier, operator, condition, values, context if has_variables else None)


def _without_key(quantifier: str, operator: Operator, *, if_exists: bool) -> Truth:
    """What is not there differs from everything, is subset of everything, and has nothing in common with anything."""
    if quantifier == _ANY and if_exists:
        return unknown(
            "AWS says that ForAnyValue is false and IfExists true without the key, and not which wins",
            "AWS dice que sin la clave ForAnyValue es falso e IfExists cierto, y no cuál prevalece",
        )
    if if_exists or quantifier == _ALL:
        return YES
    return truth_of(operator.is_negated and quantifier != _ANY)


def _with_key(
    quantifier: str, operator: Operator, condition: Condition, values: tuple[str, ...], variables: Context | None
) -> Truth:
    if quantifier and values == ("",):  # AWS: an empty text is an empty set
        return truth_of(quantifier == _ALL)
    patterns = _patterns(operator, condition, variables)
    if isinstance(patterns, Truth):
        return patterns
    results = [_compared(operator, value, patterns) for value in values]
    if quantifier == _ALL:
        return all_of(results)
    if quantifier == _ANY or len(values) == 1:
        return any_of(results)
    if all_of(results) == any_of(results):
        return results[0]
    return unknown(
        f"{condition.key} has several values and {condition.operator} does not say how to compare them",
        f"{condition.key} tiene varios valores y {condition.operator} no dice cómo compararlos",
    )


def _patterns(operator: Operator, condition: Condition, variables: Context | None) -> list[Resolved] | Truth:
    if variables and not operator.has_variables and any("${" in value for value in condition.values):
        return unknown(
            f"{condition.operator} cannot be used with variables", f"{condition.operator} no admite variables"
        )
    if not variables:
        return [resolve(value, Context({}, {}), has_variables=False) for value in condition.values]
    return [resolve(value, variables, has_variables=True) for value in condition.values]


def _compared(operator: Operator, value: str, patterns: list[Resolved]) -> Truth:
    """One value of the request with all of the policy's: one of them must match, or for a negated operator none."""
    missing = next((pattern.missing for pattern in patterns if pattern.missing), "")
    found = any_of(
        Truth(None, (pattern.doubt,)) if pattern.doubt else operator.comparison(value, pattern)
        for pattern in patterns
        if not pattern.missing
    )
    found = with_missing(found, missing, is_inverted=operator.is_negated)
    return negated(found) if operator.is_negated else found


def _is_null(condition: Condition, values: tuple[str, ...] | None) -> Truth:
    """`true` asks for a key that is absent, `false` for one that is there and not null."""
    asked = {value.lower() for value in condition.values}
    if not asked or not asked <= {"true", "false"}:
        return unknown("Null is compared with true or false", "Null se compara con true o false")
    if len(asked) > 1:
        return YES
    if values == ("",):
        return unknown(
            f"{condition.key} is empty, and AWS does not say whether that is null",
            f"{condition.key} está vacía, y AWS no dice si eso es nulo",
        )
    return truth_of(("true" in asked) == (not values))
