"""Numbers that are well formed, carry the right check digit, and belong to nobody.

Each maker takes a serial number and is a bijection on it, so that two entities never share a number by accident. Why
nobody real is hit stands with each maker; `tests/rooms/exercises/test_identifiers.py` asks python-stdnum and
phonenumbers, which know the assigned ranges, to say so too. A name or a birth date may of course be somebody's.
"""

from __future__ import annotations

from datetime import date

PHONE_RANGES = {"id": ("+62836", 7), "my": ("+601147", 6), "ph": ("+63974", 7), "th": ("+6614", 7), "vn": ("+8495", 7)}
"""Country, prefix and the digits that follow.

None of the five countries sets numbers aside for fiction. These prefixes have the form of a mobile number, so that
libphonenumber takes them for valid, as FollowTheMoney demands; no operator holds them in its table of operators.
"""

_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"  # those of plates and containers: no I, O, Q


def phone(country: str, serial: int) -> str:
    """A mobile number in E.164 form, under a prefix that no operator holds (`PHONE_RANGES`)."""
    prefix, digits = PHONE_RANGES[country]
    return prefix + spread(serial, digits)


def national_id(country: str, serial: int, born: date, gender: str) -> str:
    """A national identity number in the country's form, in a place or series that does not exist.

    Indonesia: sub-district 99 of a district of Jakarta. Malaysia: a place of birth for those of unknown place, and a
    serial above 9000, where they begin with 0 to 7. The Philippines: a PhilSys card number (sixteen digits drawn at
    random, no ranges published) of which the first eight are zero. Thailand: province 99, with the check digit.
    Viet Nam: province 099.
    """
    woman = gender == "female"
    match country:
        case "id":
            day = born.day + 40 if woman else born.day
            return f"317{1 + serial // 9000 % 5}99{day:02}{born:%m%y}{1 + serial % 9000:04}"
        case "my":
            place = ("82", "98", "99")[serial // 2500 % 3]
            return f"{born:%y%m%d}{place}{9000 + (serial // 5 * 2 + (not woman)) % 1000}"
        case "ph":
            return "00000000" + spread(serial, 8)
        case "th":
            body = "199" + spread(serial, 9)
            total = sum((13 - place) * int(digit) for place, digit in enumerate(body))
            return f"{body}{(11 - total % 11) % 10}"
        case _:
            century = 2 if born.year >= 2000 else 0
            return f"099{century + woman}{born:%y}{spread(serial, 6)}"


def passport(country: str, serial: int) -> str:
    """A passport number in the country's form, in series Z, which none of the five issues to our knowledge."""
    match country:
        case "th":
            return "ZZ" + spread(serial, 7)
        case "my":
            return "Z" + spread(serial, 8)
        case "ph":
            return "Z" + spread(serial, 7) + "Z"
        case _:
            return "Z" + spread(serial, 7)


def plate(country: str, serial: int) -> str:
    """A registration plate in the country's form, in a series that is not given out.

    Indonesia: area letter X. Malaysia: prefix X. The Philippines: letter Q, left out of every series. Thailand: the
    consonants ฃ and ฅ, out of use. Viet Nam: province 44.
    """
    suffix = _letters(serial // 9000, 2)
    number = 1000 + serial * 7 % 9000
    match country:
        case "id":
            return f"X {number} {suffix}"
        case "my":
            return f"X{suffix} {number}"
        case "ph":
            return f"Q{suffix} {number}"
        case "th":
            return f"{1 + serial // 9000 % 9}ฃฅ {number}"
        case _:
            return f"44{_letters(serial // 90_000, 1)}-{spread(serial, 5)}"


def vin(serial: int) -> str:
    """A vehicle identification number with its check digit; its maker's code GZ9 belongs to a region not assigned."""
    body = f"GZ9LTH4K{{}}R{_letters(serial // 1_000_000, 1)}{spread(serial, 6)}"
    return body.format(_vin_check(body.format("0")))


def imo(serial: int) -> str:
    """An IMO ship number with its check digit, below 0100000: the register has never given out a leading zero."""
    body = "00" + spread(serial, 4)
    return "IMO" + body + str(sum((7 - place) * int(digit) for place, digit in enumerate(body)) % 10)


def imei(serial: int) -> str:
    """An IMEI with its Luhn digit and the test-device code 00100200, which the GSMA gives to no device on sale."""
    body = "00100200" + spread(serial, 6)
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(body))
    return body + str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def container(serial: int) -> str:
    """A container number of ISO 6346 with its check digit; the owner code ZZZ is nobody's."""
    body = "ZZZU" + spread(serial, 6)
    # Letters count from 10 and leave out the multiples of 11 (ISO 6346, annex A).
    total = sum(_container_value(sign) << place for place, sign in enumerate(body))
    return body + str(total % 11 % 10)


def account(serial: int) -> str:
    """An account number of an invented bank; it begins with four zeros. The five countries use no IBAN."""
    return "0000" + spread(serial, 8)


def email(latin: str, serial: int) -> str:
    """An address under a domain reserved for examples (RFC 2606)."""
    local = "".join(
        sign for sign in latin.lower().replace(" ", ".") if sign.isascii() and (sign.isalnum() or sign == ".")
    )
    return f"{local.strip('.') or 'latihan'}.{serial}@example.{('com', 'net', 'org')[serial % 3]}"


def spread(serial: int, digits: int) -> str:
    """The serial scattered over its range; the factor is prime to ten, so each serial has its own number."""
    return f"{(serial * 6_180_339 + 1357) % 10**digits:0{digits}}"


def _letters(number: int, count: int) -> str:
    return "".join(_LETTERS[number // len(_LETTERS) ** place % len(_LETTERS)] for place in range(count))


def _vin_check(body: str) -> str:
    values = dict(zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", "012345678912345678123457923456789", strict=True))
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    rest = sum(int(values[sign]) * weight for sign, weight in zip(body, weights, strict=True)) % 11
    return "X" if rest == 10 else str(rest)


def _container_value(sign: str) -> int:
    value = int(sign, 36)
    return value + (value - 1) // 10 if sign.isalpha() else value
