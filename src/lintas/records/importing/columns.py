"""New columns out of old ones: values that a source hides in a column of remarks, pulled out by a regular expression.

    remarks: "DOB 19 Aug 1957; alt. DOB 1958; Passport A123456 (Iran)."
    extract:
      birth: {column: remarks, pattern: 'DOB (?:circa )?([^;.]+)', dates: ["%d %b %Y", "%b %Y", "%Y"]}

FollowTheMoney's mappings read whole columns only; this runs before them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from lintas.model import Noun


class Extract(Noun):
    """How to pull values out of one column: every match of the pattern gives one value, its first group.

    Attributes:
        column: The column to look into.
        pattern: A regular expression of Python with one group.
        dates: How dates are written there (strptime), tried in order; what fits becomes an ISO date of that precision.
    """

    column: str
    pattern: str
    dates: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a pattern that cannot work, while the mapping is read and not at the first row."""
        try:
            groups = re.compile(self.pattern).groups
        except re.error as error:
            raise ValueError(f"pattern {self.pattern!r}: {error}") from error
        if groups != 1:
            raise ValueError(f"pattern {self.pattern!r} needs exactly one group")

    def values(self, text: str) -> Iterator[str]:
        """The values found, in order."""
        for match in re.finditer(self.pattern, text):
            if match[1] is not None:  # the group may be in a branch that was not taken
                yield _date(match[1].strip(), self.dates)


@lru_cache(maxsize=65_536)
def _date(value: str, formats: tuple[str, ...]) -> str:
    """The value as an ISO date if one of the formats fits; as it is if none does, for the cleaning to judge."""
    if not formats:
        return value
    from prefixdate import parse_format  # noqa: PLC0415 - comes with FollowTheMoney

    return next((text for f in formats if (text := parse_format(value, f).text)), value)
