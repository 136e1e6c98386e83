import errno
from io import BytesIO
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labs.core.errors import InputError
from labs.posting.reading import understand
from labs.posting.source import MAX_BYTES, decode, read_source


def test_reads_a_file_and_standard_input(tmp_path: Path) -> None:
    file = tmp_path / "posting.md"
    file.write_bytes("﻿# Búsqueda\r\nDevOps\r\n".encode())
    assert read_source(file).text == "# Búsqueda\nDevOps\n"
    assert read_source("-", BytesIO(b"# DevOps")).text == "# DevOps"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b" \n\t\n", "is empty"),
        (b"DevOps\x00\x01", "binary"),
        (b"\xff\xff\xfe DevOps", "not UTF-8"),
        (b"{\\rtf1 ...", "RTF"),
        (b"PK\x03\x04...", "a Word or zip file"),
        (b"\x89PNG\r\n\x1a\n...", "a picture"),
        (b"\xff\xd8\xff\xe0...", "a picture"),
        (b"\x1f\x8b\x08...", "a compressed file"),
        (b"\x7fELF\x02\x01\x01\x00\x90", "a program"),
        (b"\x00\xff\x12\x93" * 99, "binary"),
        (b"a" * (MAX_BYTES + 1), "larger than"),
        (bytes(range(1, 30)) * 10, "binary"),
    ],
)
def test_refuses_what_is_no_posting_with_a_remedy(content: bytes, says: str, tmp_path: Path) -> None:
    file = tmp_path / "posting"
    file.write_bytes(content)
    with pytest.raises(InputError, match=says) as caught:
        read_source(file)
    assert caught.value.hint


@pytest.mark.parametrize("path", ["missing.md", ".", "a\x00b"])
def test_refuses_what_cannot_be_opened(path: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read") as caught:
        read_source(f"{tmp_path}/{path}")
    assert caught.value.hint


def test_refuses_what_may_not_be_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_: object) -> NoReturn:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match="cannot be read: Permission denied") as caught:
        read_source(tmp_path / "posting.md")
    assert caught.value.hint


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_old_and_wide_encodings_are_read(encoding: str) -> None:
    text = "# Búsqueda: Ingeniería DevOps\n\n¿Sabés Kubernetes? Años de experiencia: 5\n"
    assert decode(text.encode(encoding), "x").text == text


def test_removes_what_could_forge_a_screen() -> None:
    raw = "DevOps \x1b[31m\u200b\u202e Senior engineer".encode()
    assert decode(raw, "x").text == "DevOps [31m Senior engineer"


@given(st.binary(max_size=400))
@settings(deadline=None, max_examples=150)
def test_any_bytes_are_read_or_refused_with_our_error(raw: bytes) -> None:
    try:
        source = decode(raw, "x")
    except InputError:
        return
    understand(source)


_MARKS = [
    "- ",
    "# ",
    "## Requirements\n",
    "---\n",
    "title: ",
    "`",
    "```\n",
    "|",
    "<!-- ",
    "](",
    "[",
    "\n\n",
    "\n",
    "> ",
    "* ",
    ": ",
    "(",
    ") ",
]
_WORDS = [
    "Kubernetes",
    "AWS",
    "o",
    "or",
    "and",
    "is a plus",
    "no se requiere",
    "al menos uno de",
    "Go",
    "senior",
    "5 years",
    "é",
    "́",
    "\U0001d50e",
]


@given(st.lists(st.sampled_from(_MARKS + _WORDS) | st.text(max_size=5), max_size=60))
@settings(deadline=None, max_examples=300)
def test_any_text_is_understood_and_quotes_its_lines(parts: list[str]) -> None:
    try:
        source = decode(" ".join(parts).encode("utf-8", "ignore"), "x")
    except InputError:
        return
    posting = understand(source)
    lines = source.text.split("\n")
    for requirement in (*posting.requirements, *posting.mentioned):
        for evidence in requirement.evidence:
            assert evidence.text == lines[evidence.line - 1].strip()
