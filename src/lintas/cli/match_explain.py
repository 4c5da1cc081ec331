"""`lintas match explain`: two entities, and everything that speaks for and against their being one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from lintas.cli.output import Shared, acting, officer_option, shared
from lintas.errors import Invalid, InvalidFile, NotFound, Unjustified
from lintas.i18n import LANGUAGES, Translator
from lintas.matching import compare_records
from lintas.matching.trials import check_entity
from lintas.model import Comparison, Noun


class Piece(Noun):
    """A reason as `lintas match explain` tells it."""

    feature: str
    level: str
    weight: float  # bits
    sentence: str


class Explained(Noun, omit_defaults=False):
    """What came of comparing two entities; `1 / (1 + 2 ** -(prior + sum of the weights))` is the probability."""

    left: str
    right: str
    probability: float
    prior: float  # bits
    reasons: tuple[Piece, ...]


@click.command("explain")
@click.argument("left", metavar="A")
@click.argument("right", metavar="B")
@click.option("--prior", type=float, default=0.0, show_default=True, help="Bits before any evidence: 0 is one in two.")
@click.option("--reason", default="", help="Why you open records of the node; entered in the log.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@officer_option
@shared
def explain(at: Shared, left: str, right: str, prior: float, **who: Any) -> None:  # noqa: ANN401 - click's options
    """Say how likely A and B are one, and every reason for and against, the weightiest first.

    A and B are files with one FollowTheMoney entity each, or both ids of records of the node. To open records, give
    --reason: both readings are entered in the log.
    """
    files = [Path(name) for name in (left, right) if Path(name).is_file()]
    if len(files) == 2:
        found = compare_records(_entity(files[0]), _entity(files[1]), prior)
    elif files:
        raise Invalid(a=left, b=right, problem="one is a file and the other is not")
    else:
        found = _records(at, left, right, prior, who)
    told = _told((left, right), found, prior, Translator(who["language"]))
    at.print(told, lambda: "\n".join(_lines(told)))


def _records(at: Shared, left: str, right: str, prior: float, who: dict[str, Any]) -> Comparison:
    if not at.folder.joinpath("lintas.toml").is_file():
        raise NotFound(a=left, b=right, problem="no files of these names, and no node in the folder given by --node")
    if not who["reason"].strip():
        raise Unjustified(missing="--reason")
    with at.node() as node:
        return node.put_side_by_side(left, right, acting(node, who["username"]), who["reason"], prior).comparison


def _entity(file: Path) -> dict[str, Any]:
    """The one entity that stands in a file, as one JSON object or as one line of JSON lines."""
    try:
        entity = msgspec.json.decode(file.read_bytes().strip(), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidFile(file=str(file), wanted="one FollowTheMoney entity in JSON", problem=str(error)) from error
    check_entity(entity, str(file))
    return entity


def _told(names: Sequence[str], found: Comparison, prior: float, say: Translator) -> Explained:
    pieces = (Piece(r.feature, r.level, r.weight, say.reason(r.feature, r.level)) for r in found.reasons)
    return Explained(names[0], names[1], found.probability, prior, tuple(pieces))


def _lines(told: Explained) -> list[str]:
    total = told.prior + sum(piece.weight for piece in told.reasons)
    return [
        f"{told.probability:.4f}  that {told.left} and {told.right} are one",
        f"{told.prior:+8.2f} bits  before any evidence",
        *(f"{piece.weight:+8.2f} bits  {piece.sentence}" for piece in told.reasons),
        f"{total:+8.2f} bits  together",
    ]
