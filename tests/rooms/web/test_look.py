"""The officer's choices of look, kept in a cookie anybody could have written."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lintas.web.look import Density, Keys, Look, Scheme


def test_what_is_written_is_what_is_read() -> None:
    for scheme in Scheme:
        for density in Density:
            for keys in Keys:
                look = Look(scheme, density, keys)

                assert Look.read(*str(look).split(".")) == look


def test_a_new_choice_replaces_only_its_own_kind() -> None:
    before = Look(Scheme.DARK, Density.ROOMY, Keys.OFF)

    after = Look.read(*str(before).split("."), "light")

    assert after == Look(Scheme.LIGHT, Density.ROOMY, Keys.OFF)


@given(st.lists(st.text(max_size=20), max_size=8))
def test_whatever_stands_in_the_cookie_there_is_a_look(choices: list[str]) -> None:
    look = Look.read(*choices)

    assert look.scheme in set(Scheme)
