"""Write the mails anew that the tests compare with: `python -m tests.api.mails.write_golden`, then read the difference."""

from __future__ import annotations

from pathlib import Path

from tests.api.mails.cases import CASES, LOCALES, mail

GOLDEN = Path(__file__).parent / "golden"


def texts() -> dict[str, str]:
    """Every golden file and what belongs into it."""
    wanted = {}
    for name in CASES:
        for locale in LOCALES:
            written = mail(name, locale)
            wanted[f"{name}.{locale}.txt"] = f"Subject: {written.subject}\n\n{written.text}"
            wanted[f"{name}.{locale}.html"] = written.html
    return wanted


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for old in GOLDEN.iterdir():
        old.unlink()
    for file, text in texts().items():
        (GOLDEN / file).write_text(text, encoding="utf-8")
