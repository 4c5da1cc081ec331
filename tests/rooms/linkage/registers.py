"""Invented registers: names made of syllables, families of names that go together, duplicates with slips of the pen."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from pathlib import Path

LETTERS = "abdeghiklmnoprstu"
SYLLABLES = (
    "ba",
    "de",
    "gi",
    "ko",
    "lu",
    "ma",
    "ne",
    "pi",
    "ro",
    "su",
    "ta",
    "wi",
    "yo",
    "za",
    "har",
    "min",
    "tan",
    "ser",
)


@dataclass
class Register:
    """Rows of an invented register; `truth[row]` is the person it is really about."""

    rows: list[dict[str, str]] = field(default_factory=list)
    truth: list[int] = field(default_factory=list)

    def lines(self, path: Path, part: slice = slice(None)) -> Path:
        """The rows as FollowTheMoney JSON lines."""
        with path.open("w", encoding="utf-8") as file:
            for row in self.rows[part]:
                properties = {prop: [value] for prop, value in row.items() if prop != "id" and value}
                file.write(json.dumps({"id": row["id"], "schema": "Person", "properties": properties}) + "\n")
        return path

    def table(self, path: Path) -> Path:
        """The rows as CSV."""
        head = ["id", "firstName", "lastName", "birthDate", "nationality"]
        lines = [",".join(head), *(",".join(row[name] for name in head) for row in self.rows)]
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path


def register(people: int = 3_000, *, seed: int = 3, missing: float = 0.1) -> Register:
    """People of six invented lands, each with its own names, and a duplicate for every fourth."""
    rnd = random.Random(seed)  # noqa: S311 - invented people, not keys
    lands = [(_names(rnd, 60), _names(rnd, 120)) for _ in range(6)]
    made = Register()
    for person in range(people):
        land = rnd.randrange(len(lands))
        row = {
            "firstName": rnd.choice(lands[land][0]),
            "lastName": rnd.choice(lands[land][1]),
            "birthDate": f"{rnd.randint(1940, 2004)}-{rnd.randint(1, 12):02}-{rnd.randint(2, 28):02}",
            "nationality": f"x{land}",
        }
        made.rows.append(row)
        made.truth.append(person)
        if rnd.random() < 0.25:
            made.rows.append(_written_again(rnd, row, missing))
            made.truth.append(person)
    order = rnd.sample(range(len(made.rows)), len(made.rows))
    rows = [made.rows[at] | {"id": f"r{number}"} for number, at in enumerate(order)]
    return Register(rows, [made.truth[at] for at in order])


def _names(rnd: random.Random, count: int) -> list[str]:
    return sorted({"".join(rnd.choices(SYLLABLES, k=rnd.randint(2, 4))) for _ in range(count)})


def _written_again(rnd: random.Random, row: dict[str, str], missing: float) -> dict[str, str]:
    again = dict(row)
    if rnd.random() < 0.4:
        part = rnd.choice(["firstName", "lastName"])
        at = rnd.randrange(len(row[part]))
        again[part] = row[part][:at] + rnd.choice(LETTERS) + row[part][at + 1 :]
    if rnd.random() < missing:
        again["birthDate"] = ""
    return again
