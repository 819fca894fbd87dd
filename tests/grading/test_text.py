"""Texts that come from students can be shown: in any script, and only in the direction of their own characters."""

import pytest

from autograder.grading.text import MAX_MESSAGE, clean

NAMES = ["Zoë Šmíd", "علی رضایی", "می‌خواهم", "ක්‍රිෂ්ණ", "山田　太郎", "ნინო", "👩‍💻", "a\u00adb", "x\u00a0y", "two\nlines"]
TURNS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_any_script_is_shown_as_it_is(name):
    assert clean(name) == name


@pytest.mark.parametrize("c", [*TURNS, *"\0\x1b\r\t\x7f\x85\u2028\u2029\ufeff\ue000\ud800\U000e0080"], ids=ascii)
def test_what_turns_a_text_or_controls_a_terminal_is_not_shown(c):
    assert clean(f"a{c}b") in ("a�b", "a?b")


def test_a_long_text_is_cut():
    assert clean("x" * (MAX_MESSAGE + 1)) == "x" * MAX_MESSAGE + " …"
