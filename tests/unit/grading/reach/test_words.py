import string

import pytest

from grading.reach.words import TEXTS, Why, on_the_way_back, reason


@pytest.mark.parametrize("why", Why)
def test_every_reason_is_said_in_both_languages_with_the_same_facts(why: Why) -> None:
    english, spanish = ({name for _, name, _, _ in string.Formatter().parse(text) if name} for text in TEXTS[why])
    assert english == spanish
    assert TEXTS[why][0] != TEXTS[why][1]


def test_a_reason_names_the_resource_and_which_way_it_concerns() -> None:
    given = reason(Why.NO_ROUTE, "rtb-1", "Routes", "", peer="10.0.0.1")
    assert given.words.en == "rtb-1: the route table has no route to 10.0.0.1"
    back = on_the_way_back(given)
    assert back.words.es == "en el camino de vuelta, rtb-1: la tabla de rutas no tiene ruta hacia 10.0.0.1"
    assert (back.why, back.resource_id, back.field) == (given.why, given.resource_id, given.field)
