"""The public sanctions lists of the United States and the United Nations as entities of FollowTheMoney.

    python -m learning.lists SANCTIONS_FOLDER

reads `ofac_static_{sdn,alt,add}.csv` (US Treasury, public domain) and `un_consolidated_2024.xml` (UN Security Council,
public) and writes `learning/data/lists.jsonl.xz`, the same bytes each time. `entities()` reads them back.
"""

from __future__ import annotations

import csv
import json
import lzma
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import Element, parse

from lintas.model.schemata import clean

FILE: Final = Path(__file__).with_name("data") / "lists.jsonl.xz"
_NOTHING: Final = "-0-"
_SCHEMATA: Final = {"individual": "Person", "vessel": "Vessel", "aircraft": "Airplane"}
_WEAK: Final = re.compile(r"[fna]\.k\.a\. '([^']+)'")
_BORN: Final = re.compile(r"(?:alt\. )?DOB (?:circa )?(.+)")
_BORN_AT: Final = re.compile(r"(?:alt\. )?POB (.+)")
_FROM: Final = re.compile(r"(?:alt\. )?(?:nationality|citizen) (.+)")
_GENDER: Final = re.compile(r"Gender (\w+)")
_NUMBER: Final = re.compile(
    r"(?:alt\. )?(Passport|Cedula No\.|National ID No\.|Identification Number|C\.U\.R\.P\.|D\.N\.I\.|R\.F\.C\.|NIT #"
    r"|RUC #|RIF #|Tax ID No\.|V\.A\.T\. Number|Registration ID|Registration Number|Commercial Registry Number"
    r"|Company Number|Matricula Mercantil No|Folio Mercantil No\.|Vessel Registration Identification|SSN"
    r"|Driver's License No\.) (?:IMO )?([^\s(]*\d[^(]*?)\s*(?:\(([^)]*)\))?(?: issued .*| expires .*)?"
)
_NUMBERS: Final = {
    "Passport": "passportNumber",
    "R.F.C.": "taxNumber",
    "NIT #": "taxNumber",
    "RUC #": "taxNumber",
    "RIF #": "taxNumber",
    "Tax ID No.": "taxNumber",
    "V.A.T. Number": "vatCode",
    "Registration ID": "registrationNumber",
    "Registration Number": "registrationNumber",
    "Commercial Registry Number": "registrationNumber",
    "Company Number": "registrationNumber",
    "Matricula Mercantil No": "registrationNumber",
    "Folio Mercantil No.": "registrationNumber",
    "Vessel Registration Identification": "imoNumber",
}
_UN_DATES: Final = ("DATE", "YEAR", "DATE_OF_BIRTH")


def entities() -> list[dict[str, Any]]:
    """All entities of both lists: `id`, `list`, `schema`, `properties`."""
    with lzma.open(FILE, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


class _Entity:
    """One entry in the making; a value that cannot be cleaned is left out."""

    def __init__(self, id: str, source: str, schema: str) -> None:
        self.id, self.source, self.schema = id, source, schema
        self._values: dict[str, dict[str, None]] = defaultdict(dict)

    def add(self, prop: str, *values: str | None) -> None:
        for value in values:
            text = " ".join((value or "").split()).strip(" .;,")
            kept = _cleaned(self.schema, prop, text) if text and text != _NOTHING else None
            if kept:
                self._values[prop][kept] = None

    def line(self) -> dict[str, Any]:
        properties = {prop: list(values) for prop, values in sorted(self._values.items())}
        return {"id": self.id, "list": self.source, "schema": self.schema, "properties": properties}


@cache
def _cleaned(schema: str, prop: str, value: str) -> str | None:
    return clean(schema, prop, value)


def _ofac(folder: Path) -> Iterator[_Entity]:
    aliases, places = _by_entry(folder / "ofac_static_alt.csv"), _by_entry(folder / "ofac_static_add.csv")
    for row in _rows(folder / "ofac_static_sdn.csv"):
        number, name, kind, remarks = row[0], row[1], row[2].strip(), row[11]
        entity = _Entity(f"ofac-{number}", "ofac", _SCHEMATA.get(kind, "Organization"))
        entity.add("name", _in_order(name, kind))
        for alias in aliases[number]:
            entity.add("weakAlias" if alias[2] == "nka" else "alias", _in_order(alias[3], kind))
        for place in places[number]:
            entity.add("address", ", ".join(part for part in place[2:5] if part.strip() != _NOTHING))
            entity.add("country", place[4])
        if kind == "vessel":
            entity.add("callSign", row[5])
            entity.add("flag", row[9])
        _remark(entity, remarks)
        yield entity


def _remark(entity: _Entity, remarks: str) -> None:
    person = entity.schema == "Person"
    for part in remarks.split(";"):
        text = part.strip().rstrip(".")
        if found := _WEAK.match(text):
            entity.add("weakAlias", found[1])
        elif person and (found := _BORN.fullmatch(text)):
            entity.add("birthDate", _date(found[1]))
        elif person and (found := _BORN_AT.fullmatch(text)):
            entity.add("birthPlace", found[1])
        elif person and (found := _FROM.fullmatch(text)):
            entity.add("nationality", found[1])
        elif person and (found := _GENDER.fullmatch(text)):
            entity.add("gender", found[1].lower())
        elif found := _NUMBER.fullmatch(text):
            _add_number(entity, found[1], found[2], found[3])


def _add_number(entity: _Entity, label: str, number: str, country: str | None) -> None:
    prop = _NUMBERS.get(label, "idNumber")
    entity.add("taxNumber" if prop == "vatCode" and entity.schema == "Person" else prop, number)
    if entity.schema != "Vessel":
        entity.add("country", country)


def _date(text: str) -> str | None:
    for written, kept in (("%d %b %Y", "%Y-%m-%d"), ("%b %Y", "%Y-%m"), ("%Y", "%Y")):
        try:
            return datetime.strptime(text, written).strftime(kept)  # noqa: DTZ007 - a date has no hour
        except ValueError:
            continue
    return None


def _in_order(name: str, kind: str) -> str:
    """OFAC writes family names first and parts them with a comma."""
    family, comma, given = name.partition(", ")
    return f"{given} {family}" if comma and kind == "individual" else name


def _rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="latin-1", newline="") as file:
        yield from (row for row in csv.reader(file) if len(row) > 3)


def _by_entry(path: Path) -> dict[str, list[list[str]]]:
    rows: dict[str, list[list[str]]] = defaultdict(list)
    for row in _rows(path):
        rows[row[0]].append(row)
    return rows


def _un(path: Path) -> Iterator[_Entity]:
    root = parse(path).getroot()  # noqa: S314 - a file that was looked at, not one that came in
    for element in root.iter("INDIVIDUAL"):
        yield _un_person(element)
    for element in root.iter("ENTITY"):
        if element.find("DATAID") is not None:
            yield _un_entry(element, "Organization", "ENTITY")


def _un_entry(element: Element, schema: str, prefix: str) -> _Entity:
    entity = _Entity(f"un-{element.findtext('DATAID')}", "un", schema)
    parts = (element.findtext(f"{place}_NAME") or "" for place in ("FIRST", "SECOND", "THIRD", "FOURTH"))
    entity.add("name", " ".join(parts), element.findtext("NAME_ORIGINAL_SCRIPT"))
    for alias in element.iter(f"{prefix}_ALIAS"):
        for text in re.split(r";| [a-z]\) ", alias.findtext("ALIAS_NAME") or ""):
            entity.add("weakAlias" if alias.findtext("QUALITY") == "Low" else "alias", text)
    for place in element.iter(f"{prefix}_ADDRESS"):
        entity.add("address", ", ".join(_texts(place, "STREET", "CITY", "STATE_PROVINCE", "COUNTRY")))
        entity.add("country", place.findtext("COUNTRY"))
    return entity


def _un_person(element: Element) -> _Entity:
    person = _un_entry(element, "Person", "INDIVIDUAL")
    person.add("gender", (element.findtext("GENDER") or "").lower())
    person.add("nationality", *(value.text for value in element.iterfind("NATIONALITY/VALUE")))
    person.add("position", *(value.text for value in element.iterfind("DESIGNATION/VALUE")))
    for born in element.iter("INDIVIDUAL_DATE_OF_BIRTH"):
        person.add("birthDate", *(text[:10] for text in _texts(born, *_UN_DATES)))
    for place in element.iter("INDIVIDUAL_PLACE_OF_BIRTH"):
        person.add("birthPlace", ", ".join(_texts(place, "CITY", "STATE_PROVINCE", "COUNTRY")))
    for paper in element.iter("INDIVIDUAL_DOCUMENT"):
        label = (paper.findtext("TYPE_OF_DOCUMENT") or "").lower()
        number = re.sub(r"^[^:]*:", "", paper.findtext("NUMBER") or "")
        person.add("passportNumber" if "passport" in label else "idNumber", number)
        person.add("country", paper.findtext("COUNTRY_OF_ISSUE"))
    return person


def _texts(element: Element, *tags: str) -> Iterable[str]:
    return [text.strip() for tag in tags if (text := element.findtext(tag)) and text.strip()]


def main() -> None:
    """Write the lists anew."""
    folder = Path(sys.argv[1])
    lines = [entity.line() for entity in (*_ofac(folder), *_un(folder / "un_consolidated_2024.xml"))]
    text = "".join(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in lines)
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    print(f"{len(lines)} entities, {FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
