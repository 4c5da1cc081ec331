"""yente's verbs: `POST /match/{dataset}`, `GET /search/{dataset}`, `GET /entities/{id}`, `/catalog`, `/algorithms`.

Clients made for yente work against a node unchanged, in yente's own request and response form (yente 5). What is
different is what has to be: a reason for every question, our law, a budget, the log (`lintas.api.errands`). What we do
not do is refused and never silently left out: other algorithms, weights, regular expressions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath
from msgspec import Meta

from lintas import __version__
from lintas.api.candidates import (
    EVERYBODY,
    OWN,
    Found,
    browse,
    entity_of,
    entity_of_record,
    explanations,
    find,
    read_example,
)
from lintas.api.errands import errand_of, officer_of
from lintas.api.given import Here
from lintas.errors import IndexUnavailable, Invalid, InvalidValue
from lintas.i18n import Translator
from lintas.model.schemata import ftm_model
from lintas.node import Node
from lintas.people import Errand

ALGORITHM: Final = "lintas"
MOST_QUERIES: Final = 100
AnyRequest = Request[Any, Any, Any]
Texts = Annotated[tuple[Annotated[str, Meta(max_length=400)], ...], Meta(max_length=100)]

# The status of one response among several: everybody asked has answered, or somebody has not.
ANSWERED, UNANSWERED = 200, 504


class Given(msgspec.Struct, frozen=True):
    """An example as yente's clients send it."""

    schema: str
    properties: dict[str, Any]
    id: str | None = None


class Queries(msgspec.Struct, frozen=True):
    """The body of `POST /match`; the names of the queries are the client's."""

    queries: dict[str, Given | None]
    weights: dict[str, float] = {}
    config: dict[str, Any] = {}


class Wanted(msgspec.Struct, frozen=True):
    """What the address says beside the question, with yente's names and defaults."""

    q: Annotated[str, Meta(max_length=400)] = ""
    schema: str = "Thing"
    limit: Annotated[int, Meta(ge=1, le=500)] | None = None
    offset: Annotated[int, Meta(ge=0, le=9_499)] = 0
    threshold: Annotated[float, Meta(ge=0, le=1)] = 0.7
    cutoff: Annotated[float, Meta(ge=0, le=1)] = 0.5
    algorithm: str = "best"
    include_dataset: Texts = ()
    exclude_dataset: Texts = ()
    exclude_schema: Texts = ()
    exclude_entity_ids: Texts = ()
    countries: Texts = ()
    topics: Texts = ()
    datasets: Texts = ()
    filter: Texts = ()
    facets: Texts = ("countries", "topics", "datasets")
    changed_since: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}(T\d{2}(:\d{2}(:\d{2})?)?)?$")] | None = None

    def lets(self, found: Mapping[str, Any]) -> bool:
        """Whether an entity passes every filter."""
        values = found["properties"]
        known = {value for prop in _COUNTRIES for value in values.get(prop, ())}
        inside = {*self.include_dataset, *self.datasets}
        return all((
            not inside or not inside.isdisjoint(found["datasets"]),
            set(self.exclude_dataset).isdisjoint(found["datasets"]),
            not self.countries or not known.isdisjoint(self.countries),
            not self.topics or not set(self.topics).isdisjoint(values.get("topics", ())),
            not self.changed_since or (found["last_change"] or "") >= self.changed_since,
            all(text.partition(":")[2] in values.get(text.partition(":")[0], ()) for text in self.filter),
        ))  # fmt: skip


_COUNTRIES: Final = ("country", "nationality", "citizenship", "jurisdiction", "mainCountry", "birthCountry", "flag")
_FACETS: Final = {"countries": "Countries", "topics": "Topics", "datasets": "Data sets", "schema": "Entity types"}
_LISTS: Final = frozenset(field.name for field in msgspec.structs.fields(Wanted) if field.type is Texts)


class Yente(Controller):
    """yente's verbs, for its clients."""

    path = "/"
    include_in_schema = False  # described by yente; in our document it would look like ours

    @post("/match/{dataset:str}", status_code=200)
    async def match(self, request: AnyRequest, node: Here, dataset: FromPath[str]) -> dict[str, Any]:
        """Match entities by example; each query is a check."""
        errand, wanted = errand_of(request), wanted_of(request)
        given = _queries(await request.body())
        _refuse_what_we_do_not(wanted, given)
        named = {name: one for name, one in given.queries.items() if one is not None}
        if not 1 <= len(named) <= MOST_QUERIES:
            raise Invalid(queries=len(named), wanted=f"1 to {MOST_QUERIES}")
        examples = [read_example(one.schema, one.properties) for one in named.values()]
        found = await find(node, errand, dataset, examples)
        responses = {}
        for (name, one), example, of in zip(named.items(), examples, found, strict=True):
            query = {"id": one.id, "schema": example.schema, "properties": example.properties}
            responses[name] = await _matches(node, errand, wanted, of) | {"query": query}
        return {"responses": responses, "limit": wanted.limit or 5}

    @get("/search/{dataset:str}")
    async def search(self, request: AnyRequest, node: Here, dataset: FromPath[str]) -> dict[str, Any]:
        """Find entities by a name; the search is a check."""
        errand, wanted = errand_of(request), wanted_of(request)
        if not any(char.isalnum() for char in wanted.q):
            raise InvalidValue(field="q", problem="nothing is asked: not one letter stands in it")
        found = await browse(node, errand, dataset, read_example(wanted.schema, {"name": [wanted.q]}))
        entities = await _entities(node, errand, wanted, found)
        page = entities[wanted.offset : wanted.offset + (wanted.limit or 10)]
        return {
            "results": [entity for entity, _candidate in page],
            "facets": _facets(wanted, [entity for entity, _candidate in entities], errand),
            "total": {"value": len(entities), "relation": "eq"},
            "limit": wanted.limit or 10,
            "offset": wanted.offset,
            "lintas": _standing(found),
        }

    @get("/entities/{entity_id:str}", sync_to_thread=True)
    def read(self, request: AnyRequest, node: Here, entity_id: FromPath[str]) -> dict[str, Any]:
        """One record, as far as policy shows it; the reading is entered in the log."""
        errand = errand_of(request)
        why = f"{errand.reason.purpose}, {errand.reason.case_reference}"
        record, _level, _decision = node.read_record(entity_id, errand.officer, why)
        return entity_of_record(record, node.us.node)

    @get(["/catalog", "/manifest"], sync_to_thread=True)
    def catalog(self, request: AnyRequest, node: Here) -> dict[str, Any]:
        """What can be asked: our own records, each partner, everybody."""
        officer_of(request)
        partners = node.directory.current().others(node.us.node)
        sets = [
            _data_set(OWN, node.names["en"], children=[]) | {"thing_count": sum(node.records.counts().values())},
            *(_data_set(member.node, member.name.get("en", member.node), children=[]) for member in partners),
            _data_set(EVERYBODY, "Our own records and all partners", children=[OWN, *(m.node for m in partners)]),
        ]
        names = [entry["name"] for entry in sets]
        return {"datasets": sets, "current": names, "outdated": [], "index_stale": not node.records.index.is_ready}

    @get("/algorithms", sync_to_thread=False)
    def algorithms(self, request: AnyRequest) -> dict[str, Any]:
        """The one way we compare."""
        officer_of(request)
        only = {
            "name": ALGORITHM,
            "description": "A probability: the sum of what each piece of evidence adds or takes, in bits.",
            "features": {},
            "docs": {"features": {}, "config": {}},
        }
        return {"algorithms": [only], "default": ALGORITHM, "best": ALGORITHM}

    @get("/healthz", sync_to_thread=False)
    def alive(self) -> dict[str, str]:
        """That the door is open; it tells nothing else."""
        return {"status": "ok"}

    @get("/readyz", sync_to_thread=False)
    def ready(self, node: Here) -> dict[str, str]:
        """Whether records can be found."""
        if not node.records.index.is_ready:
            raise IndexUnavailable
        return {"status": "ok"}


def wanted_of(request: AnyRequest) -> Wanted:
    """What the address says beside the question.

    Raises:
        InvalidValue: naming what cannot be so.
    """
    said = request.query_params.dict()
    values = {name: texts if name in _LISTS else texts[-1] for name, texts in said.items()}
    try:
        return msgspec.convert(values, Wanted, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidValue(problem=str(error)) from error


def _queries(body: bytes) -> Queries:
    try:
        return msgspec.json.decode(body, type=Queries)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(problem=str(error)) from error


def _refuse_what_we_do_not(wanted: Wanted, given: Queries) -> None:
    if wanted.algorithm.strip().lower() not in {"best", ALGORITHM}:
        raise InvalidValue(algorithm=wanted.algorithm, allowed=f"best, {ALGORITHM}")
    if given.weights or given.config:
        raise Invalid(problem="weights and config cannot be set: a probability means the same at every node")


async def _entities(node: Node, errand: Errand, wanted: Wanted, found: Found) -> list[tuple[dict[str, Any], Any]]:
    """Every candidate that passes the filters, read out, the likeliest first."""
    unwanted = {name for schema in wanted.exclude_schema for name in _with_descendants(schema)}
    passed = []
    for candidate in found.candidates:
        if candidate.id not in wanted.exclude_entity_ids and candidate.schema not in unwanted:
            entity = await entity_of(node, errand, candidate)
            if wanted.lets(entity):
                passed.append((entity, candidate))
    return passed


async def _matches(node: Node, errand: Errand, wanted: Wanted, found: Found) -> dict[str, Any]:
    """The response to one query."""
    least = min(wanted.cutoff, wanted.threshold)
    likely = Found(tuple(one for one in found.candidates if one.probability >= least), found.reports)
    entities = await _entities(node, errand, wanted, likely)
    scored = [
        entity
        | {
            "score": candidate.probability,
            "match": candidate.probability >= wanted.threshold,
            "explanations": explanations(candidate.reasons, errand),
        }
        for entity, candidate in entities
    ]
    return {
        "status": UNANSWERED if found.unanswered else ANSWERED,
        "results": scored[: wanted.limit or 5],
        "total": {"value": len(scored), "relation": "eq"},
        "lintas": _standing(found),
    }


def _standing(found: Found) -> dict[str, Any]:
    """What yente has no word for: which checks this was, and who was asked and did not answer."""
    silent = [{"node": row.node, "state": row.state, "ground": row.ground} for row in found.unanswered]
    return {"checks": [report.id for report in found.reports], "unanswered": silent}


def _facets(wanted: Wanted, entities: list[dict[str, Any]], errand: Errand) -> dict[str, Any]:
    language: Any = errand.officer.language
    say = Translator(language)
    told = {}
    for name in wanted.facets:
        if name not in _FACETS:
            raise InvalidValue(facet=name, allowed=", ".join(_FACETS))
        counted = Counter(value for entity in entities for value in _values(name, entity))
        told[name] = {
            "label": _FACETS[name],
            "values": [
                {"name": value, "label": say.country(value) if name == "countries" else value, "count": count}
                for value, count in counted.most_common()
            ],
        }
    return told


def _values(facet: str, entity: Mapping[str, Any]) -> set[str]:
    of = {
        "countries": {value for prop in _COUNTRIES for value in entity["properties"].get(prop, ())},
        "topics": set(entity["properties"].get("topics", ())),
        "datasets": set(entity["datasets"]),
        "schema": {entity["schema"]},
    }
    return of[facet]


def _with_descendants(schema: str) -> set[str]:
    found = ftm_model().get(schema)
    if found is None:
        raise InvalidValue(exclude_schema=schema, problem="no schema of that name")
    return {schema, *(below.name for below in found.descendants)}


def _data_set(name: str, title: str, *, children: list[str]) -> dict[str, Any]:
    return {
        "name": name,
        "title": title,
        "load": True,
        "version": __version__,
        "index_version": __version__,
        "index_current": True,
        "children": children,
    }
