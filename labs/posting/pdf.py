"""The text of a PDF, page after page."""

import io
import logging
import struct
import zlib

from labs.core.errors import InputError

MAX_PAGES = 200
"""No posting has as many; a book is read as far as this."""

_SCAN_HINT = "Pictures are not read: run text recognition (OCR) on it, or type what it asks for into a text file."
_LOCKED_HINT = "Save it without the password, or copy its text into a file."
_HINT = "Save or copy the posting as plain text, Markdown or HTML."


def pdf_text(raw: bytes, name: str) -> str:
    """Return the text of a PDF, pages joined by an empty line. Raises InputError when there is none to be had."""
    import pypdf  # noqa: PLC0415 - a tenth of a second that most postings need not pay
    from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError  # noqa: PLC0415

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it remarks on every oddity of a file
    try:
        reader = pypdf.PdfReader(io.BytesIO(raw))
        pages = [reader.pages[index].extract_text() for index in range(min(len(reader.pages), MAX_PAGES))]
    except (FileNotDecryptedError, DependencyError) as error:
        # The second: a cipher that needs a library which is not installed.
        raise InputError(f"{name} is a PDF locked with a password.", hint=_LOCKED_HINT) from error
    except (
        # A damaged file makes pypdf stumble anywhere.
        PyPdfError,
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        ArithmeticError,
        RuntimeError,
        OSError,
        AssertionError,
        struct.error,
        zlib.error,
    ) as error:
        raise InputError(f"{name} is a PDF that cannot be read: {error}.", hint=_HINT) from error
    text = "\n\n".join(pages)
    if not text.strip():
        raise InputError(f"{name} is a PDF without text: a scan, or pictures.", hint=_SCAN_HINT)
    return text
