"""A PDF of one page with the lines of an invoice, made by hand: enough to be opened, printed and tested."""

from __future__ import annotations

from local.stripe_stand_in.html import money
from local.stripe_stand_in.store import Doc

_LINES_ON_PAGE = 40


def invoice_pdf(invoice: Doc) -> bytes:
    """The document."""
    currency = invoice["currency"]
    lines = [f"Invoice {invoice['number']} ({invoice['status']})", invoice["customer_email"] or invoice["customer"], ""]
    lines += [
        f"{money(line['amount'], currency)}  {line['description'] or ''}"
        for line in invoice["lines"]["data"][:_LINES_ON_PAGE]
    ]
    tax = sum(each["amount"] for each in invoice["total_taxes"])
    sums = (("Subtotal", invoice["subtotal"]), ("Tax", tax), ("Total", invoice["total"]))
    lines += ["", *(f"{name} {money(minor, currency)}" for name, minor in sums)]
    shown = " ".join(f"({_escaped(line)}) Tj T*" for line in lines)
    return _document(f"BT /F1 12 Tf 18 TL 60 780 Td {shown} ET".encode("cp1252", "replace"))


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _document(stream: bytes) -> bytes:
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + trailer
