"""Labelled pairs made from data whose licence allows it: the lists of OFAC and the UN, and invented worlds.

The same subject: two views of one entry, each with a part of its names and facts and with the errors that agencies
make; entries of both lists that are mutually each other's best (one subject, described twice by different people); one
invented person as two nodes know it. Not the same: other entries whose names and facts come nearest.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log2
from random import Random
from typing import Any, Final

from learning.lists import entities

from lintas.exercises.world import World
from lintas.exercises.world.variants import vary_birth
from lintas.matching.compare import compare_picked
from lintas.matching.names import read_name
from lintas.matching.portrait import Portrait, portrait_of

SEED: Final = 20_261
Values = dict[str, list[str]]
_NAMES: Final = ("name", "alias", "weakAlias")
_NEAREST: Final = 12  # by name, among which the nearest by everything is chosen
_VIEWS: Final = 2
_WORLD: Final = 6_000  # people
# How often a fact known to one source is known to the other, too.
_KNOWN: Final = {"birthDate": 0.8, "country": 0.7, "nationality": 0.7, "birthPlace": 0.6, "gender": 0.5, "address": 0.6}
_ELSE_KNOWN: Final = 0.5
_WRONG_DATE: Final = 0.1
_NAMES_SHARED: Final = 0.55  # how often two sources have one spelling in common, if the entry knows several
_SLIP: Final = 0.15  # how often a name has a slip, where both sources have it
_OTHER_COUNTRY: Final = 0.12
_OTHER_PLACE: Final = {"address": 0.4, "birthPlace": 0.12}  # people move; sources name the village or the province
_ONLY_COUNTRY: Final = 0.2
_NAMESAKES: Final = 0.06  # even a rare name has its namesakes: a grandson, a branch abroad
_COMMON: Final = 10.0  # bits from which on namesakes become rarer by half with each further bit


@dataclass(frozen=True)
class Pair:
    """Two portraits, and whether they are of one subject."""

    left: Portrait
    right: Portrait
    same: bool
    source: str


def pairs(schema: str, every: int = 1) -> Iterator[Pair]:
    """All pairs for persons ("Person") or organisations ("Organization"), always in the same order.

    Args:
        schema: Of the entries.
        every: Only each so-manieth entry: a slice that shows within seconds that the same data give the same model.
    """
    dice = Random(f"{SEED} {schema}")
    listed = [entity for entity in entities() if entity["schema"] == schema][::every]
    by_list = {name: [e for e in listed if e["list"] == name] for name in ("ofac", "un")}
    for name, some in by_list.items():
        yield from _views(some, name, dice)
        yield from _strangers(some, name, dice)
        yield from _namesakes(some, dice)
    yield from _described_twice(by_list["ofac"], by_list["un"])
    if schema == "Person":
        yield from _invented(dice, _WORLD // every)


def _views(listed: Sequence[dict[str, Any]], source: str, dice: Random) -> Iterator[Pair]:
    for entity in listed:
        facts = sum(prop not in _NAMES for prop in entity["properties"])
        for _ in range(_VIEWS if facts else 0):
            one, other = _two_views(entity["properties"], dice)
            _move(other, dice.choice(listed)["properties"], dice)
            yield _pair(entity["schema"], one, other, same=True, source=f"{source} views")


def _two_views(values: Values, dice: Random) -> tuple[Values, Values]:
    one, other = _names_apart(values, dice)
    for prop, known in values.items():
        if prop in _NAMES:
            continue
        for view in (one, other):
            if dice.random() < _KNOWN.get(prop, _ELSE_KNOWN):
                view[prop] = sorted(dice.sample(known, dice.randint(1, len(known))))
    if "birthDate" in other and dice.random() < _WRONG_DATE:
        other["birthDate"] = [_wrong_date(date, dice) for date in other["birthDate"]]
    if "country" in other and dice.random() < _OTHER_COUNTRY:
        other["country"] = ["id"]
    return one, other


def _move(view: Values, another: Values, dice: Random) -> None:
    """What a second source says of places: often another place, or only the country."""
    for prop, often in _OTHER_PLACE.items():
        if prop in view and prop in another and dice.random() < often:
            view[prop] = another[prop]
        if prop in view and dice.random() < _ONLY_COUNTRY:
            view[prop] = [place.rpartition(", ")[2] for place in view[prop]]


def _namesakes(listed: Sequence[dict[str, Any]], dice: Random) -> Iterator[Pair]:
    """Two of one name, for persons the likelier the more common it is; every other time of one country."""
    by_country = defaultdict(list)
    for entity in listed:
        for country in entity["properties"].get("country", ()):
            by_country[country].append(entity)
    for entity in listed:
        values = entity["properties"]
        common = 2 ** (_COMMON - read_name(values["name"][0]).bits) if entity["schema"] == "Person" else 0.0
        if dice.random() < max(_NAMESAKES, common):
            one, _ = _two_views(values, dice)
            near = by_country[values["country"][0]] if "country" in values and dice.random() < 0.5 else listed
            other, _ = _two_views(dice.choice(near)["properties"], dice)
            if "birthDate" not in other or other["birthDate"] != values.get("birthDate"):
                named = {**{prop: v for prop, v in other.items() if prop not in _NAMES}, "name": values["name"]}
                yield _pair(entity["schema"], one, named, same=False, source="namesakes")


def _names_apart(values: Values, dice: Random) -> tuple[Values, Values]:
    """The names dealt out to two sources; where there is but one, both have it, one of them perhaps with a slip."""
    told = [(prop, name) for prop in _NAMES for name in values.get(prop, ())]
    dice.shuffle(told)
    middle = max(1, len(told) // 2)
    left, right = told[:middle], told[middle:]
    if not right or dice.random() < _NAMES_SHARED:
        prop, name = ("name", dice.choice(values["name"]))
        left = [*left, (prop, name)]
        right = [*right, (prop, _slip(name, dice) if dice.random() < _SLIP else name)]
    views: tuple[Values, Values] = (defaultdict(list), defaultdict(list))
    for view, names in zip(views, (left, right), strict=True):
        for prop, name in names:
            view[prop].append(name)
    return views


def _slip(name: str, dice: Random) -> str:
    """A letter lost, doubled or exchanged; a word lost; two words exchanged."""
    words = name.split()
    kind = dice.randrange(4)
    if kind == 0 and len(words) > 2:
        words.pop(dice.randrange(1, len(words)))
        return " ".join(words)
    if kind == 1 and len(words) > 1:
        return " ".join((words[-1], *words[:-1]))
    at = dice.randrange(len(name))
    return name[:at] + dice.choice(("", name[at] * 2, "aeiourn"[dice.randrange(7)])) + name[at + 1 :]


def _wrong_date(date: str, dice: Random) -> str:
    if len(date) < 10:
        return str(int(date[:4]) + dice.choice((-3, -2, -1, 1, 2, 3)))
    if dice.random() < 0.3:
        return f"{int(date[:4]) + dice.randint(-4, 4)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
    return vary_birth(date, dice)[0]


def _strangers(listed: Sequence[dict[str, Any]], source: str, dice: Random) -> Iterator[Pair]:
    """For each entry the other that comes nearest; both see only a part, as the views do."""
    whole = [portrait_of(entity) for entity in listed]
    near = Neighbours(whole)
    seen = set()
    for place, entity in enumerate(listed):
        others = sorted(near.of(place), key=lambda other: -compare_picked(whole[place], whole[other]).probability)
        for other in others[:2]:
            if (min(place, other), max(place, other)) not in seen:
                seen.add((min(place, other), max(place, other)))
                views = (_two_views(one["properties"], dice)[0] for one in (entity, listed[other]))
                yield _pair(entity["schema"], *views, same=False, source=f"{source} strangers")


def _described_twice(left: Sequence[dict[str, Any]], right: Sequence[dict[str, Any]]) -> Iterator[Pair]:
    """Entries of two lists that are each other's best, far ahead of the second: by what is not in doubt."""
    one, other = [portrait_of(e) for e in left], [portrait_of(e) for e in right]
    near = Neighbours([*one, *other])
    for place in range(len(one), len(one) + len(other)):
        found = sorted(
            ((compare_picked(other[place - len(one)], one[c]).probability, c) for c in near.of(place) if c < len(one)),
            reverse=True,
        )
        if found and found[0][0] > 0.7 and (len(found) < 2 or found[1][0] < 0.3):
            yield Pair(other[place - len(one)], one[found[0][1]], same=True, source="two lists")


def _invented(dice: Random, people: int) -> Iterator[Pair]:
    world = World.generate(seed=SEED, people=people)
    entries = [(node, r) for node in world.nodes for r in world.records(node) if r.schema == "Person"]
    portraits = [portrait_of(record) for _, record in entries]
    about = [world.truth[node, record.id] for node, record in entries]
    by_truth = defaultdict(list)
    for place, entity in enumerate(about):
        by_truth[entity].append(place)
    for places in by_truth.values():
        for place in places[1:]:
            yield Pair(portraits[places[0]], portraits[place], same=True, source="world")
    near = Neighbours(portraits)
    for place in dice.sample(range(len(entries)), people // 4):
        others = [other for other in near.of(place) if about[other] != about[place]]
        if others:
            yield Pair(portraits[place], portraits[others[0]], same=False, source="world strangers")


class Neighbours:
    """Who among some portraits has the nearest name: the rarer the words they share, the nearer."""

    def __init__(self, portraits: Sequence[Portrait]) -> None:
        self._words = [{word.bones for name in p.read for word in name.words} for p in portraits]
        counts = Counter(word for words in self._words for word in words)
        self._bits = {word: log2(len(portraits) / count) for word, count in counts.items()}
        self._where: dict[str, list[int]] = defaultdict(list)
        for place, words in enumerate(self._words):
            for word in words:
                self._where[word].append(place)

    def of(self, place: int) -> list[int]:
        """The nearest others, the nearest first."""
        score: Counter[int] = Counter()
        for word in sorted(self._words[place]):
            if len(self._where[word]) < 400:
                for other in self._where[word]:
                    score[other] += self._bits[word]
        score.pop(place, None)
        return [other for other, _ in sorted(score.items(), key=lambda entry: (-entry[1], entry[0]))[:_NEAREST]]


def _pair(schema: str, left: Values, right: Values, *, same: bool, source: str) -> Pair:
    one, other = ({"schema": schema, "properties": values} for values in (left, right))
    return Pair(portrait_of(one), portrait_of(other), same, source)
