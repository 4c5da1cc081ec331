"""The W3C Reconciliation Service API 0.2, as OpenRefine calls it: `/reconcile/{dataset}`.

Final Community Group Report of 10 April 2023. Offered are the manifest, queries, suggestions of types and properties,
data extension and its proposal of properties. Not offered: suggestions of entities (a register must not be leafed
through letter by letter) and previews (a record is opened on its page, for a reason). `match` is never true: a program
that writes matches into a table by itself would identify, and identifying is for people.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Controller, Request, Response, get, route
from litestar.enums import HttpMethod
from litestar.params import FromPath

import lintas
from lintas.api.candidates import Example, Found, entity_of, find, kinds_for, nodes_of, read_example
from lintas.api.errands import OPEN_TO_SCRIPTS, errand_of, officer_of
from lintas.api.given import Here
from lintas.errors import Invalid, InvalidValue, LintasError, NotFound
from lintas.model import SubjectKind
from lintas.model.kinds import KINDS, schema_of
from lintas.model.schemata import ftm_model, label
from lintas.node import Node
from lintas.people import Errand
from lintas.policy import askable

MOST_QUERIES: Final = 50
MOST_CANDIDATES: Final = 20
NOT_ASKED: Final = "lintas:not-asked"
SPACE: Final = "https://followthemoney.tech/explorer/schemata/"
AnyRequest = Request[Any, Any, Any]


class Property(msgspec.Struct, frozen=True):
    """A further fact in a query."""

    pid: str
    v: Any


class Query(msgspec.Struct, frozen=True):
    """One query of a batch."""

    query: str = ""
    type: str | list[str] | None = None
    limit: int = 5
    properties: list[Property] = []


class Column(msgspec.Struct, frozen=True):
    """A property wanted of every entity."""

    id: str
    settings: dict[str, Any] = {}


class Extension(msgspec.Struct, frozen=True):
    """What is wanted of which entities."""

    ids: list[str]
    properties: list[Column]


class Reconciliation(Controller):
    """A reconciliation service over what this node may ask."""

    path = "/reconcile/{dataset:str}"
    include_in_schema = False  # described by its own specification

    @route("/", http_method=[HttpMethod.GET, HttpMethod.POST], status_code=200)
    async def serve(self, request: AnyRequest, node: Here, dataset: FromPath[str]) -> Response[bytes]:
        """The manifest; or, with `queries` or `extend`, in the address or in a form, what is asked."""
        said: Mapping[str, Any] = request.query_params
        if request.method == HttpMethod.POST:
            said = {**said, **await request.form()}
        if extend := said.get("extend"):
            return _told(await asyncio.to_thread(_extended, node, errand_of(request), _read(extend, Extension)))
        if queries := said.get("queries"):
            batch = _read(queries, dict[str, Query])
            return _told(await _candidates(node, errand_of(request), dataset, batch))
        officer_of(request)
        nodes_of(node, dataset)
        return _told(_manifest(request, node, dataset))

    @get("/suggest/type", sync_to_thread=False)
    def types(self, request: AnyRequest) -> Response[bytes]:
        """Types whose name begins with the prefix."""
        language, prefix = officer_of(request).language, _prefix(request)
        found = [_type(schema_of(kind), language) for kind in KINDS]
        return _told({"result": [one for one in found if _fits(prefix, one)]})

    @get("/suggest/property", sync_to_thread=False)
    def properties(self, request: AnyRequest) -> Response[bytes]:
        """Properties of what can be asked about, whose name begins with the prefix."""
        language, prefix = officer_of(request).language, _prefix(request)
        found = {prop: _property(kind, prop, language) for kind, of in KINDS.items() for prop in of.properties}
        return _told({"result": [one for one in found.values() if _fits(prefix, one)]})

    @get("/extend/property", sync_to_thread=False)
    def extensible(self, request: AnyRequest) -> Response[bytes]:
        """Which properties can be asked for of entities of a type."""
        language = officer_of(request).language
        schema = request.query_params.get("type") or schema_of(SubjectKind.PERSON)
        limit = request.query_params.get("limit", "")
        found = [_property(kind, prop, language) for kind in kinds_for(schema) for prop in KINDS[kind].properties]
        most = int(limit) if limit.isdecimal() and int(limit) else len(found)
        return _told({"type": schema, "limit": most, "properties": found[:most]})


def _told(body: object) -> Response[bytes]:
    return Response(msgspec.json.encode(body), media_type="application/json", headers=OPEN_TO_SCRIPTS)


def _read(text: object, form: Any) -> Any:  # noqa: ANN401 - whatever the form is of
    try:
        return msgspec.json.decode(str(text), type=form)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Invalid(problem=str(error)) from error


def _manifest(request: AnyRequest, node: Node, dataset: str) -> dict[str, Any]:
    """What this service is and can do; a key in the address is handed on, as a client has no other place for it."""
    base = f"{str(request.base_url).rstrip('/')}/reconcile/{dataset}"
    key = f"?{request.url.query}" if request.url.query else ""
    language = officer_of(request).language

    def at(path: str) -> dict[str, str]:
        return {"service_url": base, "service_path": f"{path}{key}"}

    return {
        "versions": ["0.2"],
        "name": f"{node.names['en']} ({dataset})",
        "identifierSpace": f"{str(request.base_url).rstrip('/')}/id/records/",
        "schemaSpace": SPACE,
        "serviceVersion": lintas.__version__,
        "view": {"url": f"{str(request.base_url).rstrip('/')}/{language}/records/{{{{id}}}}"},
        "defaultTypes": [_type(schema_of(kind), language) for kind in KINDS],
        "batchSize": 10,
        "authentication": {"type": "apiKey", "name": "api_key", "in": "query"},
        "suggest": {"type": at("/suggest/type"), "property": at("/suggest/property")},
        "extend": {"propose_properties": at("/extend/property"), "property_settings": [_LIMIT]},
    }


_LIMIT: Final = {
    "name": "limit",
    "label": "Limit",
    "type": "number",
    "default": 0,
    "help_text": "At most so many values of each entity; 0 for all.",
}


async def _candidates(node: Node, errand: Errand, dataset: str, batch: dict[str, Query]) -> dict[str, Any]:
    """The candidates of every query that can be asked; of each other one, why it was not asked."""
    if not 1 <= len(batch) <= MOST_QUERIES:
        raise Invalid(queries=len(batch), wanted=f"1 to {MOST_QUERIES}")
    nodes_of(node, dataset)
    examples: dict[str, Example] = {}
    told: dict[str, Any] = {}
    for name, query in batch.items():
        try:
            example = _example(query)
            for subject in example.subjects:
                askable(subject)
        except LintasError as error:
            told[name] = _not_asked(error)
        else:
            examples[name] = example
    if examples:
        found = await find(node, errand, dataset, list(examples.values()))
        for name, of in zip(examples, found, strict=True):
            told[name] = {"result": await _results(node, errand, of, batch[name].limit)}
    return {name: told[name] for name in batch}


def _example(query: Query) -> Example:
    """What a query asks about. One without a type asks nobody: OpenRefine sends such to guess a type for a column."""
    named = [query.type] if isinstance(query.type, str) else query.type or []
    if len(named) != 1:
        raise InvalidValue(type=named, problem="choose one type: what is asked about two kinds is two questions")
    properties: dict[str, list[str]] = {"name": [query.query]} if query.query.strip() else {}
    for prop in query.properties:
        values = prop.v if isinstance(prop.v, list) else [prop.v]
        texts = [str(v.get("name") or v.get("id")) if isinstance(v, dict) else str(v) for v in values]
        properties.setdefault(prop.pid.rpartition(":")[2], []).extend(texts)
    return read_example(named[0], properties)


def _not_asked(error: LintasError) -> dict[str, Any]:
    """The specification has no form for a query that failed, and an empty result would read as "no match".

    So the sentence stands where the person at the screen will see it; its score is nothing.
    """
    row = {"id": NOT_ASKED, "name": f"NOT ASKED. {error}", "score": 0, "match": False, "type": []}
    return {"result": [row], "error": {"code": error.code, "message": str(error)}}


async def _results(node: Node, errand: Errand, found: Found, limit: int) -> list[dict[str, Any]]:
    language = errand.officer.language
    results = []
    for candidate in found.candidates[: max(1, min(limit, MOST_CANDIDATES))]:
        entity = await entity_of(node, errand, candidate)
        results.append(
            {
                "id": entity["id"],
                "name": entity["caption"],
                "description": ", ".join((entity["datasets"][0], *entity["properties"].get("birthDate", ()))),
                "type": [_type(entity["schema"], language)],
                "score": round(100 * candidate.probability, 1),
                "match": False,
                "features": [{"id": reason.feature, "value": reason.weight} for reason in candidate.reasons],
            }
        )
    silent = [
        {"id": NOT_ASKED, "name": f"NO ANSWER from {row.node}: {row.state}", "score": 0, "match": False, "type": []}
        for row in found.unanswered
    ]
    return results + silent


def _extended(node: Node, errand: Errand, wanted: Extension) -> dict[str, Any]:
    """Values of our records, as far as policy shows them; each reading is entered in the log."""
    if len(wanted.ids) > MOST_QUERIES:
        raise Invalid(ids=len(wanted.ids), most=MOST_QUERIES)
    language = errand.officer.language
    columns = {column.id: column for column in wanted.properties}
    rows = {id_: _row(node, errand, id_, columns) for id_ in wanted.ids}
    return {"meta": [{"id": prop, "name": _name(prop, language)} for prop in columns], "rows": rows}


def _row(node: Node, errand: Errand, record_id: str, columns: Mapping[str, Column]) -> dict[str, list[dict[str, str]]]:
    why = f"{errand.reason.purpose}, {errand.reason.case_reference}"
    try:
        record, _level, _decision = node.read_record(record_id, errand.officer, why)
    except NotFound:
        return {prop: [] for prop in columns}
    row = {}
    for prop, column in columns.items():
        most = str(column.settings.get("limit") or "")
        values = record.values(prop.rpartition(":")[2])
        row[prop] = [{"str": value} for value in (values[: int(most)] if most.isdecimal() else values)]
    return row


def _name(prop: str, language: str) -> str:
    short = prop.rpartition(":")[2]
    known = (kind for kind, of in KINDS.items() if short in of.properties)
    kind = next(known, None)
    return _property(kind, short, language)["name"] if kind else short


def _type(schema: str, language: str) -> dict[str, str]:
    return {"id": schema, "name": label(schema, language=language)} if ftm_model().get(schema) else {"id": schema}


def _property(kind: SubjectKind, prop: str, language: str) -> dict[str, str]:
    for schema in KINDS[kind].schemata:  # a kind's properties may be those of several schemata
        if ftm_model()[schema].get(prop) is not None:
            return {"id": prop, "name": label(schema, prop, language=language)}
    return {"id": prop, "name": prop}


def _prefix(request: AnyRequest) -> str:
    return request.query_params.get("prefix", "").strip().casefold()


def _fits(prefix: str, one: Mapping[str, str]) -> bool:
    """Whether a word of the name, or the id, begins so; nothing fits an empty prefix, as at other services."""
    words = (*one["name"].casefold().split(), one["id"].casefold())
    return bool(prefix) and any(word.startswith(prefix) for word in words)
