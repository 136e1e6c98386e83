"""A posting's text, from a file or standard input. What cannot be read is refused with the remedy."""

import re
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from labs.core.errors import InputError

MAX_BYTES = 1_000_000
"""One megabyte is 400 printed pages: what is larger is not a posting."""

MAX_PDF_BYTES = 20_000_000
"""A PDF carries fonts and pictures beside its text."""

_CONTROL_SHARE = 0.02
"""A text file has stray control characters at most; above two in a hundred it is a binary one."""

_SAMPLE_BYTES, _WIDE_SHARE = 4000, 0.8
STDIN = "-"
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_PDF = b"%PDF"
_FOREIGN = re.compile("[^\x00-\x7f]")
_WESTERN = frozenset("áàâãäéèêëíîïóòôõöúùûüñçÁÀÂÃÄÉÈÊËÍÎÓÒÔÕÖÚÙÛÜÑÇºª°¿¡«»·•–—‘’“”…®©™€£§\xa0\xad")  # noqa: RUF001
"""What old Windows files in English, Spanish and Portuguese hold beside ASCII; anything else is another encoding."""

_MAGIC = {
    b"PK\x03\x04": "a Word or zip file",
    b"\xd0\xcf\x11\xe0": "an old Word file",
    b"{\\rtf": "RTF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a compressed file",
    b"\x7fELF": "a program",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A posting as text: lines end in a line feed, Unicode form C, no control or invisible characters."""

    name: str
    text: str


def read_source(path: str | Path, stdin: BinaryIO | None = None) -> Source:
    """Return the text of the file at `path`, or of standard input for "-".

    Raises InputError when it cannot be read, is empty, is no UTF-8 text, or is larger than MAX_BYTES.
    """
    if str(path) == STDIN:
        stream = stdin if stdin is not None else sys.stdin.buffer
        return decode(stream.read(MAX_PDF_BYTES + 1), "standard input")
    try:
        with Path(path).open("rb") as file:
            raw = file.read(MAX_PDF_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(
            f"The posting {str(path)!r} cannot be read: {reason}.",
            hint="Pass the path of a Markdown, HTML, text, JSON or PDF file, or - for standard input.",
        ) from error
    return decode(raw, str(path))


def decode(raw: bytes, name: str) -> Source:
    """Return `raw` as a posting's text. Raises InputError as `read_source` does."""
    is_pdf = raw.startswith(_PDF)
    limit = MAX_PDF_BYTES if is_pdf else MAX_BYTES
    if len(raw) > limit:
        raise InputError(
            f"{name} is larger than {limit:,} bytes: not a posting.", hint="Pass the posting alone, as text."
        )
    if is_pdf:
        from labs.posting.pdf import pdf_text  # noqa: PLC0415

        return clean(pdf_text(raw, name)[:MAX_BYTES], name)
    for magic, what in _MAGIC.items():
        if raw.startswith(magic):
            raise InputError(f"{name} is {what}, not text.", hint="Save or copy it as plain text or Markdown.")
    return clean(_text(raw, name), name)


def _encoding(raw: bytes) -> str:
    """Return what a text's first bytes tell: of Western text in UTF-16 every second one is 0, mark or not."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    sample = raw[:_SAMPLE_BYTES]
    half = len(sample) // 2
    for place, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if half and sample[place::2].count(0) > half * _WIDE_SHARE and 0 not in sample[1 - place :: 2]:
            return encoding
    return "utf-8-sig"


def _text(raw: bytes, name: str) -> str:
    encoding = _encoding(raw)
    if encoding == "utf-8-sig" and b"\x00" in raw:
        raise _binary(name)
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        western = raw.decode("cp1252", errors="replace")
        if set(_FOREIGN.findall(western)) <= _WESTERN:
            return western
        raise InputError(
            f"{name} is not UTF-8 text (byte {error.start}).", hint="Save it as plain text in UTF-8 and try again."
        ) from error


def _binary(name: str) -> InputError:
    return InputError(f"{name} is a binary file.", hint="Pass the posting as plain text or Markdown.")


def clean(text: str, name: str) -> Source:
    """Return `text` as a posting's text. Raises InputError when it is empty or binary."""
    text = re.sub("\r\n?|\x0c|\x0b|\x85|\u2028|\u2029", "\n", text)
    controls = len(_CONTROL.findall(text))
    if "\x00" in text or controls > max(1, len(text) * _CONTROL_SHARE):
        raise _binary(name)
    text = unicodedata.normalize("NFC", _CONTROL.sub("", _INVISIBLE.sub("", text)))
    if not text.strip():
        raise InputError(f"{name} is empty.", hint="Pass a file that holds the posting's text.")
    return Source(name, text)
