"""National identity numbers by country: python-stdnum where it knows them, the form where nobody publishes more.

Some carry the birth date, and some a check digit; what is wrong is said as exactly as the rule of the country allows.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any, Final

from lintas.model.forms import forms
from lintas.model.mistakes import DIGITS, Problem, likely, require, wrong

KIND: Final = "national_id"
# The library gathers under `personalid` what it has for other countries, but not for these.
_MODULES: Final = {
    "cn": "stdnum.cn.ric",
    "id": "stdnum.id.nik",
    "il": "stdnum.il.idnr",
    "in": "stdnum.in_.aadhaar",
    "kr": "stdnum.kr.rrn",
    "my": "stdnum.my.nric",
    "nl": "stdnum.nl.bsn",
    "pk": "stdnum.pk.cnic",
    "th": "stdnum.th.pin",
    "tr": "stdnum.tr.tckimlik",
}
_NRIC: Final = re.compile(r"[STFGM]\d{7}[A-Z]")
_NRIC_LETTERS: Final = {
    "S": "JZIHGFEDCBA",
    "T": "GFEDCBAJZIH",
    "F": "XWUTRQPNMLK",
    "G": "RQPNMLKXWUT",
    "M": "TRQPNJLKXWU",
}


def check_national_id(number: str, country: str) -> str:
    """Check a compact number; returns a note, empty when a rule of the country was applied.

    Raises:
        InvalidIdentifier: The number cannot have been issued.
    """
    if country == "sg":
        return _check_nric(number)
    module = _module(country)
    if module is not None:
        _check_by_library(module, number, country)
        return ""
    if usual := forms(KIND, country):
        if not any(form.fullmatch(number) for form in usual):
            raise wrong(KIND, Problem.FORM, country=country, found=number)
        return ""
    return "no_rule"


def _module(country: str) -> Any:  # noqa: ANN401 - a module of a library without a common type
    from stdnum.util import get_cc_module  # noqa: PLC0415

    name = _MODULES.get(country)
    return import_module(name) if name else get_cc_module(country, "personalid")


def _check_by_library(module: Any, number: str, country: str) -> None:  # noqa: ANN401
    from stdnum import exceptions  # noqa: PLC0415

    try:
        module.validate(number)
    except exceptions.InvalidLength:
        raise wrong(KIND, Problem.LENGTH, country=country, found=len(number)) from None
    except exceptions.InvalidChecksum:
        suggestion = likely(number, module.is_valid)
        raise wrong(KIND, Problem.CHECK_DIGIT, country=country, suggestion=suggestion) from None
    except exceptions.InvalidFormat:
        require(KIND, number, DIGITS, module.is_valid, country)
        raise wrong(KIND, Problem.FORM, country=country) from None
    except exceptions.ValidationError:
        problem = Problem.DATE if _date_is_wrong(module, number) else Problem.PLACE
        raise wrong(KIND, problem, country=country, suggestion=likely(number, module.is_valid)) from None


def _date_is_wrong(module: Any, number: str) -> bool:  # noqa: ANN401
    from stdnum.exceptions import ValidationError  # noqa: PLC0415

    try:
        getattr(module, "get_birth_date", lambda _: None)(number)
    except ValidationError:
        return True
    return False


def _check_nric(number: str) -> str:
    """Singapore's NRIC and FIN: seven weighted digits decide the last letter, by a table for each series."""
    if not _NRIC.fullmatch(number):
        suggestion = likely(number, lambda n: bool(_NRIC.fullmatch(n)) and n[-1] == _nric_letter(n))
        raise wrong(KIND, Problem.FORM, country="sg", suggestion=suggestion)
    expected = _nric_letter(number)
    if number[-1] != expected:
        suggestion = likely(number, lambda n: bool(_NRIC.fullmatch(n)) and n[-1] == _nric_letter(n))
        facts = {"position": 9, "found": number[-1], "expected": expected, "suggestion": suggestion}
        raise wrong(KIND, Problem.CHECK_DIGIT, country="sg", **facts)
    return ""


def _nric_letter(number: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(number[1:8], (2, 7, 6, 5, 4, 3, 2), strict=True))
    return _NRIC_LETTERS[number[0]][total % 11]
