"""The usual forms of plates, passports and identity numbers by country, read from `tables/forms.yaml` once."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from lintas.model.mistakes import likely

_TABLE: Final = Path(__file__).with_name("tables") / "forms.yaml"


@cache
def forms(kind: str, country: str | None) -> tuple[re.Pattern[str], ...]:
    """The forms such a number usually has in the country; none if we do not know."""
    return tuple(re.compile(form) for form in _table().get(kind, {}).get(country or "", ()))


def remark(kind: str, number: str, country: str | None) -> tuple[str, str | None]:
    """A note on a number of an unusual form, and the usual one it is likely to be; an empty note when all is usual."""
    usual = forms(kind, country)
    if not usual:
        return "no_rule", None
    if any(form.fullmatch(number) for form in usual):
        return "", None
    return "unusual_form", likely(number, lambda n: any(form.fullmatch(n) for form in usual))


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    table: dict[str, dict[str, list[str]]] = yaml.safe_load(_TABLE.read_text("utf-8"))
    return table
