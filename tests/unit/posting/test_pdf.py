import io
import time

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf.generic import DictionaryObject, NameObject, StreamObject

from labs.core.errors import InputError
from labs.posting.reading import understand
from labs.posting.source import decode
from tests.unit.posting.pdfs import pdf_of
from tests.unit.posting.samples import kinds

_LINES = [
    "Senior DevOps Engineer",
    "",
    "Requirements",
    "• Kubernetes and",
    "  Helm",
    "• Linux",
    "Nice to have",
    "• AWS",
]


def test_a_pdf_is_read_as_the_text_it_shows() -> None:
    posting = understand(decode(pdf_of([_LINES]), "x.pdf"))
    assert kinds(posting) == {"kubernetes": "must", "helm": "must", "linux": "must", "aws": "nice"}
    assert {str(r.id): r.evidence[0].text for r in posting.requirements}["linux"] == "• Linux"


def test_fifty_pages_are_read() -> None:
    start = time.perf_counter()
    posting = understand(decode(pdf_of([_LINES] * 50), "x.pdf"))
    assert kinds(posting)["helm"] == "must"
    assert time.perf_counter() - start < 20


@pytest.mark.parametrize("raw", [b"%PDF-1.7", pdf_of([[]]), pdf_of([_LINES])[:300]])
def test_a_pdf_without_text_is_refused_with_a_remedy(raw: bytes) -> None:
    with pytest.raises(InputError, match="PDF") as caught:
        decode(raw, "x.pdf")
    assert caught.value.hint


def _locked(password: str, algorithm: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf_of([_LINES])))
    writer.encrypt(user_password=password, owner_password=f"{password}!", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_pdf_locked_with_a_password_is_refused_and_one_that_only_forbids_printing_is_read(algorithm: str) -> None:
    with pytest.raises(InputError, match="locked with a password") as caught:
        decode(_locked("secret", algorithm), "x.pdf")
    assert "without the password" in caught.value.hint
    assert kinds(understand(decode(_locked("", algorithm), "x.pdf")))["helm"] == "must"


def test_a_scan_is_refused_and_the_remedy_names_text_recognition() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf_of([[]])))
    picture = StreamObject()
    picture.set_data(bytes(100))
    picture.update({NameObject("/Type"): NameObject("/XObject"), NameObject("/Subtype"): NameObject("/Image")})
    held = DictionaryObject({NameObject("/Scan"): writer._add_object(picture)})
    writer.pages[0][NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): held})
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(InputError, match="without text: a scan") as caught:
        decode(out.getvalue(), "x.pdf")
    assert "OCR" in caught.value.hint


@given(st.lists(st.tuples(st.integers(0, 1200), st.binary(max_size=6)), min_size=1, max_size=4))
@settings(deadline=None, max_examples=60)
def test_damaged_pdfs_are_read_or_refused_with_our_error(wounds: list[tuple[int, bytes]]) -> None:
    raw = bytearray(pdf_of([_LINES]))
    for place, what in wounds:
        raw[place : place + len(what)] = what
    try:
        understand(decode(bytes(raw), "x"))
    except InputError:
        return
