"""Every kind of mail, word for word, in two locales. After a change that is meant: `python -m tests.api.mails.write_golden`."""

from __future__ import annotations

from tests.api.mails.write_golden import GOLDEN, texts


def test_mk_27_mk_44_every_kind_of_mail_reads_as_it_was_read_by_a_person_in_two_locales() -> None:
    wanted = texts()
    assert {path.name for path in GOLDEN.iterdir()} == set(wanted)
    changed = [name for name, text in wanted.items() if (GOLDEN / name).read_text(encoding="utf-8") != text]
    assert not changed, f"read the difference, then write them anew: {changed}"
