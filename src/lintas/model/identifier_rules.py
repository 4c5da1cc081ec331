"""The rule of each identifier, as published by whoever issues it; libraries first, our own words for what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from lintas.model.forms import remark
from lintas.model.mistakes import DIGITS, LETTERS, Problem, likely, require, wrong
from lintas.model.national_ids import check_national_id

_VIN_VALUES: Final = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True)
)
_VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_FRAME: Final = re.compile(r"[A-Z0-9]{2,8}-\d{6,8}", re.IGNORECASE)
_SG_PLATE: Final = re.compile(r"(S?)([A-Z]{0,2})(\d{1,4})([A-Z])")
_EMAIL: Final = re.compile(r"[^<>()\[\]\\,;:?\s@\"]{1,64}@[^\s@]{3,250}")


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule learned beside that the number may be right."""

    number: str = ""
    country: str | None = None
    note: str = ""
    suggestion: str | None = None


def check(kind: str, number: str, written: str, country: str | None) -> Found:
    """Apply the rule of a kind to a number in its normal form.

    Raises:
        InvalidIdentifier: The number cannot be right.
    """
    rule = _RULES.get(kind)
    if rule is not None:
        return rule(number, written, country)
    shortest, longest, allowed = _PLAIN[kind]
    if allowed:
        require(kind, number, allowed, lambda n: set(n) <= allowed)
    if not shortest <= len(number) <= longest:
        raise wrong(kind, Problem.LENGTH, found=len(number))
    return Found()


def compact(text: str) -> str:
    """Capital letters and digits of any script; blanks, hyphens and stops go."""
    return "".join(c for c in text.upper() if c.isalnum())


def e164(text: str, country: str | None) -> str | None:
    """A telephone number with its country in front, or None if it cannot be completed."""
    if text.startswith("+") and text[1:].isdecimal() and 7 <= len(text) <= 16:
        return text
    import phonenumbers  # noqa: PLC0415

    try:
        number = phonenumbers.parse(text, country.upper() if country else None)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def whole_imei(digits: str) -> str:
    """Fifteen digits whichever way it was written: without its check digit, or with a software version instead."""
    if digits.isdecimal() and len(digits) in (14, 16):
        from stdnum import luhn  # noqa: PLC0415

        return digits[:14] + luhn.calc_check_digit(digits[:14])
    return digits


def _digits(kind: str, number: str, length: int, expected: Callable[[str], str], at: int = -1) -> None:
    """All digits, of one length, with one check digit."""

    def is_valid(candidate: str) -> bool:
        return len(candidate) == length and candidate.isdecimal() and candidate[at] == expected(candidate)

    require(kind, number, DIGITS, is_valid)
    if len(number) != length:
        raise wrong(kind, Problem.LENGTH, found=len(number), expected=length)
    if number[at] != expected(number):
        facts = {"position": length + 1 + at, "found": number[at], "expected": expected(number)}
        raise wrong(kind, Problem.CHECK_DIGIT, suggestion=likely(number, is_valid), **facts)


def _check_imei(number: str, written: str, _country: str | None) -> Found:
    from stdnum import luhn  # noqa: PLC0415

    _digits("imei", number, 15, lambda n: luhn.calc_check_digit(n[:-1]))
    return Found(note="check_digit_added" if len(compact(written)) == 14 else "")


def _check_imo(number: str, _written: str, _country: str | None) -> Found:
    from stdnum import imo  # noqa: PLC0415

    _digits("imo", number, 7, lambda n: imo.calc_check_digit(n[:-1]))
    return Found()


def _check_container(number: str, _written: str, _country: str | None) -> Found:
    from stdnum import iso6346  # noqa: PLC0415

    for position, character in enumerate(number[:11], start=1):
        allowed = LETTERS if position < 4 else frozenset("UJZ") if position == 4 else DIGITS
        if character not in allowed:
            facts = {"position": position, "found": character, "suggestion": likely(number, iso6346.is_valid)}
            raise wrong("container", Problem.CHARACTER, **facts)
    if len(number) != 11:
        raise wrong("container", Problem.LENGTH, found=len(number), expected=11)
    expected = iso6346.calc_check_digit(number[:-1])
    if number[-1] != expected:
        facts = {"found": number[-1], "expected": expected, "suggestion": likely(number, iso6346.is_valid)}
        raise wrong("container", Problem.CHECK_DIGIT, position=11, **facts)
    return Found()


def _vin_digit(number: str) -> str:
    values = (_VIN_VALUES.get(c) or int(c) for c in number)
    rest = sum(value * weight for value, weight in zip(values, _VIN_WEIGHTS, strict=True)) % 11
    return "X" if rest == 10 else str(rest)


def _check_vin(number: str, written: str, _country: str | None) -> Found:
    """ISO 3779. The check digit is law in North America only (49 CFR 565); elsewhere a wrong one is merely remarked."""
    if _FRAME.fullmatch(written):
        return Found(note="unusual_form")  # a frame number, as makers use for the Japanese market
    allowed = (LETTERS | DIGITS) - set("IOQ")

    def is_valid(candidate: str) -> bool:
        return len(candidate) == 17 and set(candidate) <= allowed and candidate[8] == _vin_digit(candidate)

    require("vin", number, allowed, is_valid)
    if len(number) != 17:
        raise wrong("vin", Problem.LENGTH, found=len(number), expected=17)
    expected = _vin_digit(number)
    if number[8] == expected:
        return Found()
    suggestion = likely(number, is_valid)
    if number[0] in "12345":
        raise wrong("vin", Problem.CHECK_DIGIT, position=9, found=number[8], expected=expected, suggestion=suggestion)
    return Found(note="check_digit_not_used")


def _check_plate(number: str, _written: str, country: str | None) -> Found:
    if not 1 <= len(number) <= 20:
        raise wrong("plate", Problem.LENGTH, found=len(number))
    if country is None:
        return Found(note="no_country")
    if country == "sg":
        _check_sg_plate(number)
    note, suggestion = remark("plate", number, country)
    return Found(note=note, suggestion=suggestion)


def _check_sg_plate(number: str) -> None:
    """Singapore's plates end in a check letter over the last two letters and the four digits."""
    expected = _sg_letter(number)
    if expected and number[-1] != expected:
        suggestion = likely(number, lambda n: bool(n) and _sg_letter(n) == n[-1])
        facts = {"position": len(number), "found": number[-1], "expected": expected, "suggestion": suggestion}
        raise wrong("plate", Problem.CHECK_DIGIT, country="sg", **facts)


def _sg_letter(number: str) -> str | None:
    parts = _SG_PLATE.fullmatch(number)
    if parts is None or not parts[1]:
        return None
    letters = (parts[2] or "S") if len(parts[2]) == 2 else parts[1] + parts[2]
    values = [ord(c) - 64 for c in letters.rjust(2, "@")] + [int(d) for d in parts[3].zfill(4)]
    total = sum(value * weight for value, weight in zip(values, (9, 4, 5, 4, 3, 2), strict=True))
    return "AZYXUTSRPMLKJHGEDCB"[total % 19]


def _check_phone(number: str, _written: str, country: str | None) -> Found:
    import phonenumbers  # noqa: PLC0415

    if not number.startswith("+"):
        raise wrong("phone", Problem.COUNTRY)
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        raise wrong("phone", Problem.COUNTRY, found=number) from None
    if not phonenumbers.is_possible_number(parsed):
        raise wrong("phone", Problem.LENGTH, found=len(number) - 1, country=country)
    region = phonenumbers.region_code_for_number(parsed)
    valid = phonenumbers.is_valid_number(parsed)
    return Found(country=region.lower() if region else None, note="" if valid else "unusual_form")


def _check_email(number: str, _written: str, _country: str | None) -> Found:
    if not _EMAIL.fullmatch(number):
        problem = Problem.FORM if number.count("@") != 1 else Problem.CHARACTER
        odd = next((i for i, c in enumerate(number, start=1) if c.isspace() or c in '<>()[]\\,;:?"'), None)
        raise wrong("email", problem, position=odd, found=number[odd - 1] if odd else None)
    local, _, domain = number.rpartition("@")
    try:
        host = domain.encode("idna").decode("ascii")
    except UnicodeError:
        raise wrong("email", Problem.FORM, part="domain", found=domain) from None
    if not re.fullmatch(r".+\.(?=.*[a-z])[a-z0-9-]{2,}", host):
        raise wrong("email", Problem.FORM, part="domain", found=domain)
    return Found(number=f"{local}@{host.encode('ascii').decode('idna')}")


def _check_iban(number: str, _written: str, _country: str | None) -> Found:
    from schwifty import IBAN, exceptions  # noqa: PLC0415

    def is_valid(candidate: str) -> bool:
        return IBAN(candidate, allow_invalid=True).is_valid

    problems = {
        exceptions.InvalidCountryCode: Problem.COUNTRY,
        exceptions.InvalidLength: Problem.LENGTH,
        exceptions.InvalidChecksumDigits: Problem.CHECK_DIGIT,
    }
    try:
        iban = IBAN(number)
    except exceptions.SchwiftyException as error:
        problem = problems.get(type(error), Problem.FORM)
        found = {Problem.COUNTRY: number[:2], Problem.LENGTH: len(number)}.get(problem)
        raise wrong("iban", problem, found=found, suggestion=likely(number, is_valid)) from None
    return Found(country=str(iban.country_code).lower())


def _check_bic(number: str, _written: str, _country: str | None) -> Found:
    from schwifty import BIC, exceptions  # noqa: PLC0415

    try:
        bic = BIC(number)
    except exceptions.SchwiftyException:
        raise wrong("bic", Problem.FORM, found=number) from None
    return Found(country=str(bic.country_code).lower())


def _check_national_id(number: str, _written: str, country: str | None) -> Found:
    if not 4 <= len(number) <= 30:
        raise wrong("national_id", Problem.LENGTH, found=len(number), country=country)
    return Found(note=check_national_id(number, country) if country else "no_country")


def _check_passport(number: str, _written: str, country: str | None) -> Found:
    """ICAO Doc 9303 part 4: at most nine characters, Latin letters and digits."""
    require("passport", number, LETTERS | DIGITS, lambda n: set(n) <= LETTERS | DIGITS)
    if not 5 <= len(number) <= 9:
        raise wrong("passport", Problem.LENGTH, found=len(number), expected=9)
    note, suggestion = remark("passport", number, country) if country else ("no_country", None)
    return Found(note=note, suggestion=suggestion)


def _check_iccid(number: str, _written: str, _country: str | None) -> Found:
    """ITU-T E.118: begins with 89 and ends with a Luhn digit; some operators print it without that digit."""
    from stdnum import luhn  # noqa: PLC0415

    require("iccid", number, DIGITS, luhn.is_valid)
    if not 18 <= len(number) <= 20 or not number.startswith("89"):
        raise wrong("iccid", Problem.FORM, found=len(number))
    return Found(note="" if luhn.is_valid(number) else "check_digit_not_used")


Rule = Callable[[str, str, str | None], Found]
_RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "bic": _check_bic,
        "container": _check_container,
        "email": _check_email,
        "iban": _check_iban,
        "iccid": _check_iccid,
        "imei": _check_imei,
        "imo": _check_imo,
        "national_id": _check_national_id,
        "passport": _check_passport,
        "phone": _check_phone,
        "plate": _check_plate,
        "vin": _check_vin,
    }
)
# The rest has no check digit: shortest, longest, and the characters that may stand in it (none named: any letter).
_PLAIN: Final[Mapping[str, tuple[int, int, frozenset[str]]]] = MappingProxyType(
    {
        "account": (4, 34, LETTERS | DIGITS),
        "call_sign": (3, 8, LETTERS | DIGITS),
        "document": (3, 30, frozenset()),
        "engine": (4, 20, LETTERS | DIGITS),
        "imsi": (14, 15, DIGITS),
        "mac": (12, 12, DIGITS | frozenset("ABCDEF")),
        "mmsi": (9, 9, DIGITS),
        "registration": (2, 40, frozenset()),
        "seal": (4, 20, LETTERS | DIGITS),
        "serial": (3, 40, LETTERS | DIGITS),
        "tax": (4, 30, frozenset()),
        "username": (1, 100, frozenset()),
        "wallet": (20, 120, frozenset()),
    }
)
