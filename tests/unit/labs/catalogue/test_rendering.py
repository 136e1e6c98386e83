import pytest

from labs.catalogue.rendering import RenderingError, names_used, rendered_text, rendered_value

PARAMETERS: dict[str, str | int] = {"ns": "shop", "port": 8081}


def test_a_lone_expression_keeps_its_type() -> None:
    assert rendered_value("{{ port }}", PARAMETERS) == 8081
    assert rendered_value("{{ port + 1 }}", PARAMETERS) == 8082
    assert rendered_value(" {{ port }}", PARAMETERS) == " 8081"
    assert rendered_value("{{ ns }}{{ port }}", PARAMETERS) == "shop8081"
    assert rendered_value("plain {x}", PARAMETERS) == "plain {x}"


def test_filters() -> None:
    assert rendered_text("{{ ns | b64encode }}", PARAMETERS) == "c2hvcA=="


@pytest.mark.parametrize(
    "text", ["a\n{{ nope }}\n", "a\n{{ nope.more }}\n", "a\n{% if nope %}{% endif %}", "a\n{{ nope"]
)
def test_errors_name_the_line(text: str) -> None:
    with pytest.raises(RenderingError) as caught:
        rendered_text(text, PARAMETERS)
    assert caught.value.line == 2


@pytest.mark.parametrize("text", ["{{ nope }}", "{{ ns + 1 }}", "{{ 1 / 0 }}", "{{ ns.__class__.__mro__ }}"])
def test_whatever_goes_wrong_is_a_rendering_error(text: str) -> None:
    """The last one is what the sandbox is for: no way from a parameter to Python's own machinery."""
    for render in (rendered_text, rendered_value):
        with pytest.raises(RenderingError):
            render(text, PARAMETERS)


def test_names_used() -> None:
    assert names_used("{{ ns }} {% set own = port %}{{ own }}") == {"ns", "port"}
    assert names_used("none") == frozenset()
