"""FollowTheMoney's model with our own schemata, loaded the first time somebody needs it.

Loading costs most of a second and 84 MB, so nothing here imports FollowTheMoney at module level; what a form or the
matcher needs to know about kinds stands in `kinds` and is free.

FollowTheMoney's readers, writers and mappings all look schemata up in its one model, so ours are added to that model in
place; a second model of our own would not be seen by them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

import yaml
from msgspec import Struct

from lintas.errors import InvalidValue
from lintas.model.kinds import kind_of, kinds_of, primary_properties, schema_of

__all__ = [
    "CleanEntity",
    "clean",
    "clean_entity",
    "ftm_model",
    "kind_of",
    "kinds_of",
    "label",
    "primary_properties",
    "schema_of",
]

FOLDER: Final = Path(__file__).with_name("schemata")
_TABLES: Final = ("additions.yaml", "labels.yaml")
_WORTH_REMEMBERING: Final = 100  # characters; longer values hardly come twice and would fill the memory
_loading = Lock()


@cache
def ftm_model() -> Any:  # noqa: ANN401 - FollowTheMoney's class may not be imported here
    """The `followthemoney.Model` with our schemata and additions; the same object for everybody in the process."""
    from followthemoney import model  # noqa: PLC0415

    with _loading:
        if "PhoneLine" not in model.schemata:
            _extend(model)
    return model


def clean(schema: str, prop: str, value: str, country: str | None = None) -> str | None:
    """The value as FollowTheMoney keeps it, or None when it cannot be a value of this property.

    Dates become ISO dates of the precision given, countries codes, telephone numbers E.164. A name keeps its letters,
    its case, its order and its one word: only surplus spaces, quotes and unprintable characters go.

    Args:
        schema: Name of the schema, such as `Person`.
        prop: Name of the property, such as `birthDate`.
        value: As somebody wrote it.
        country: Where a telephone number without its country is dialled, such as "id".

    Raises:
        InvalidValue: The schema or the property does not exist.
    """
    remember = len(value) <= _WORTH_REMEMBERING
    return (_clean if remember else _clean.__wrapped__)(schema, prop, value, country)


@lru_cache(maxsize=65_536)
def _clean(schema: str, prop: str, value: str, country: str | None) -> str | None:
    found = _schema(schema).get(prop)
    if found is None or found.stub:
        raise InvalidValue(schema=schema, property=prop)
    hint = country if found.type.name == "phone" else found.format
    cleaned: str | None = found.type.clean(value, format=hint)
    limit = found.max_length if found.type.group else None
    return cleaned if cleaned and (limit is None or len(cleaned) <= limit) else None


class CleanEntity(Struct, frozen=True):
    """An entity whose values can be kept, and beside it those that cannot."""

    id: str
    schema: str
    properties: dict[str, tuple[str, ...]]
    rejected: tuple[tuple[str, str], ...] = ()  # property and value, as they came


def clean_entity(entity: Mapping[str, Any], country: str | None = None) -> CleanEntity:
    """Clean one entity in FollowTheMoney's JSON form; a value that does not fit is set aside, never silently dropped.

    Args:
        entity: The members `id`, `schema` and `properties`; others are not looked at.
        country: Where telephone numbers without their country are dialled.

    Raises:
        InvalidValue: There is no such schema here, it is abstract, or the entity has no id.
    """
    schema = _schema(str(entity.get("schema")))
    if schema.abstract or not entity.get("id"):
        raise InvalidValue(schema=schema.name, id=entity.get("id"))
    kept: dict[str, tuple[str, ...]] = {}
    rejected: list[tuple[str, str]] = []
    for prop, value in _pairs(entity.get("properties")):
        try:
            cleaned = clean(schema.name, prop, value, country)
        except InvalidValue:
            cleaned = None
        if cleaned is None:
            rejected.append((prop, value))
        elif cleaned not in kept.get(prop, ()):
            kept[prop] = (*kept.get(prop, ()), cleaned)
    return CleanEntity(str(entity["id"]), schema.name, kept, tuple(rejected))


def label(schema: str, prop: str | None = None, *, language: str = "id") -> str:
    """The word for a schema or for one of its properties, in Indonesian ("id") or English ("en")."""
    found = _schema(schema)
    if prop is not None and (found := found.get(prop)) is None:
        raise InvalidValue(schema=schema, property=prop)
    return _labels(language).get(prop or schema, str(found.label))


def _schema(name: str) -> Any:  # noqa: ANN401 - see ftm_model
    found = ftm_model().get(name)
    if found is None:
        raise InvalidValue(schema=name)
    return found


def _pairs(properties: object) -> Iterator[tuple[str, str]]:
    """Every value with its property; FollowTheMoney allows a single value without its list."""
    for prop, values in properties.items() if isinstance(properties, Mapping) else ():
        for value in values if isinstance(values, list | tuple) else (values,):
            if value is not None:
                yield str(prop), str(value)


def _own_schemata() -> dict[str, Any]:
    own: dict[str, Any] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        if path.name not in _TABLES:
            own |= _read(path.name)
    return own


def _read(name: str) -> dict[str, Any]:
    table: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text("utf-8"))
    return table


@cache
def _labels(language: str) -> dict[str, str]:
    """Words by schema or property name that we know better; a name means the same thing in every schema we offer."""
    words = _read("labels.yaml")[language]
    if language == "id":
        for name, spec in (_own_schemata() | _read("additions.yaml")["add"]).items():
            properties = spec.get("properties", spec)
            words |= {prop: entry["label_id"] for prop, entry in properties.items()}
            words |= {name: spec["label_id"]} if "label_id" in spec else {}
    return {str(key): str(word) for key, word in words.items()}


def _extend(model: Any) -> None:  # noqa: ANN401 - see ftm_model
    from followthemoney.property import Property  # noqa: PLC0415
    from followthemoney.schema import Schema  # noqa: PLC0415

    table = _read("additions.yaml")
    for name in table["withhold"]:
        _withhold(model, *name.split(":"))
    for name, properties in table["add"].items():
        schema = model.schemata[name]
        schema.properties |= {prop: Property(schema, prop, spec) for prop, spec in properties.items()}
    for name, spec in _own_schemata().items():
        model.schemata[name] = Schema(model, name, spec)
    model.generate()


def _withhold(model: Any, schema: str, prop: str | None = None) -> None:  # noqa: ANN401 - see ftm_model
    """Take a schema, or one property of it, out of the model, with all that points to it."""
    gone = {p for p in model.properties if p.schema.name == schema and prop in (None, p.name)}
    gone |= {p.reverse for p in gone if p.reverse is not None}
    if prop is None:
        removed = model.schemata.pop(schema)
        for other in model:
            other.descendants.discard(removed)
    for other in model:
        for p in gone & set(other.properties.values()):
            del other.properties[p.name]
    model.properties -= gone
    for p in gone:
        model.qnames.pop(p.qname, None)
