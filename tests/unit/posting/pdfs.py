"""A PDF, written by hand: one font, one line of text after another."""

from collections.abc import Sequence

_HEIGHT, _LINE, _TOP = 842, 14, 800


def pdf_of(pages: Sequence[Sequence[str]]) -> bytes:
    """Return a PDF with these lines on its pages; Western letters and the bullet only."""
    objects = [b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"]
    kids = []
    for lines in pages:
        content = b"BT /F1 11 Tf 50 %d Td %d TL\n" % (_TOP, _LINE)
        for line in lines:
            raw = line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
            content += b"(%s) Tj T*\n" % raw
        content += b"ET"
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        page = b"<< /Type /Page /Parent 1 0 R /MediaBox [0 0 595 %d] /Contents %d 0 R" % (_HEIGHT, len(objects))
        objects.append(page + b" /Resources << /Font << /F1 2 0 R >> >> >>")
        kids.append(b"%d 0 R" % len(objects))
    objects[0] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    objects.append(b"<< /Type /Catalog /Pages 1 0 R >>")
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer << /Size %d /Root %d 0 R >>" % (len(objects) + 1, len(objects))
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    return out + head + table + trailer + b"\nstartxref\n%d\n%%%%EOF\n" % len(out)
