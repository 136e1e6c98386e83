import re
from pathlib import Path

import pytest

from labs.cli import reference
from labs.core.settings import Settings
from tests.unit.cli.conftest import Taller

NAMES = [name for name, _ in reference.commands()]


def test_the_page_of_commands_is_current() -> None:
    assert (reference.DOCS / "cli.md").read_text(encoding="utf-8") == reference.cli_page()


def test_the_page_of_settings_is_current(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert (reference.DOCS / "settings.md").read_text(encoding="utf-8") == reference.settings_page()


def test_the_readmes_support_table_is_current() -> None:
    text = reference.README.read_text(encoding="utf-8")
    assert reference.readme_with_support(text) == text


def test_the_documentation_links_to_what_is_there() -> None:
    pages = [reference.README, reference.ROOT / "ARCHITECTURE.md", *reference.DOCS.rglob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("name", NAMES)
def test_every_command_tells_what_it_does(taller: Taller, name: str) -> None:
    done = taller(*name.split(), "--help")
    assert (done.code, done.err) == (0, "")
    assert f"taller {name}" in done.out
    command = dict(reference.commands())[name]
    assert all(each.help for each in command.params if each.name != "help")


def test_the_summaries_are_whole_sentences(taller: Taller) -> None:
    summaries = taller("--help").out.split("Commands:")[1].strip().splitlines()
    assert len(summaries) == len({name.split()[0] for name in NAMES})
    assert all(line.endswith(".") and not line.endswith("...") for line in summaries)


def test_every_setting_tells_its_reason() -> None:
    page = reference.settings_page()
    assert all(f"`{reference.variable(name)}`" in page for name in Settings.model_fields)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_is_in_the_readme_or_its_page(name: str) -> None:
    page = Path(reference.DOCS / "cli.md").read_text(encoding="utf-8")
    assert f"## taller {name}\n" in page
