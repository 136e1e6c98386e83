import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.scenarios.systems import CATALOGUE, System, system

SCENARIO = CATALOGUE["shop_address_reverts"]
VARIANTS = {place: SCENARIO.variant({**SCENARIO.draw("x").parameters, "place": place}) for place in ("port", "label")}
PARAMETERS = VARIANTS["port"].parameters
APP = str(PARAMETERS["app"])
both = pytest.mark.parametrize("place", ["port", "label"])


def broken(place: str) -> System:
    return system(VARIANTS[place], VARIANTS[place].broken)


def desired(found: System) -> dict[str, str]:
    data: dict[str, str] = found.object("ConfigMap", f"{APP}-keeper-desired")["data"]
    return data


def kept_at(found: System, moment: datetime, rate: Any = PARAMETERS["rate"]) -> bool:
    data = {"KEPT_AT": moment.isoformat(), "RATE": str(rate)}
    found.object("ConfigMap", f"{APP}-rates")["data"] = data
    return found.finding("rates-kept").passed


@both
def test_healthy_passes_and_the_fault_fails(place: str) -> None:
    assert system(VARIANTS[place], VARIANTS[place].healthy).finding("nothing-breaks-it-again").passed
    assert not broken(place).finding("nothing-breaks-it-again").passed


@both
def test_the_service_alone_is_no_fix(place: str) -> None:
    found = broken(place)
    healthy = system(VARIANTS[place], VARIANTS[place].healthy)
    found.object("Service", APP)["spec"] = healthy.object("Service", APP)["spec"]
    assert not found.finding("nothing-breaks-it-again").passed


@both
def test_what_is_kept_may_be_mended_left_out_or_fitted(place: str) -> None:
    mended, without, fitted = broken(place), broken(place), broken(place)
    desired(mended)["address.json"] = desired(system(VARIANTS[place], VARIANTS[place].healthy))["address.json"]
    del desired(without)["address.json"]
    kept = json.loads(desired(fitted)["address.json"])["patch"]["spec"]
    fitted.deployment()["spec"]["template"]["metadata"]["labels"] = kept["selector"]
    port = kept["ports"][0]["targetPort"]
    fitted.container()["env"] = [{"name": "PORT", "value": str(port)}]
    for found in (mended, without, fitted):
        assert found.finding("nothing-breaks-it-again").passed


@pytest.mark.parametrize("text", ["", "{", "[]", '{"path": 1}', '{"path": "api/v1/services/x", "patch": {"spec": []}}'])
def test_a_file_that_is_no_change_has_no_say(text: str) -> None:
    found = broken("port")
    desired(found)["address.json"] = text
    assert found.finding("nothing-breaks-it-again").passed


def test_rates_are_fresh_stale_or_forged() -> None:
    found = broken("port")
    now = datetime.now(UTC)
    assert kept_at(found, now - timedelta(seconds=60))
    assert not kept_at(found, now - timedelta(seconds=90))
    assert not kept_at(found, now + timedelta(days=1))
    assert not kept_at(found, now, rate=7)
    found.object("ConfigMap", f"{APP}-rates")["data"] = {"KEPT_AT": "soon", "RATE": str(PARAMETERS["rate"])}
    assert not found.finding("rates-kept").passed
