"""`lintas officer`: enrol officers and issue tokens for the agency's own systems."""

from __future__ import annotations

import io

import click
import segno

from lintas.cli.output import Shared, acting, officer_option, shared
from lintas.model import Intent, Justification, Purpose, Role, SubjectCategory
from lintas.people import Account
from lintas.policy import justified


@click.group()
def command() -> None:
    """Enrol officers, list them, issue tokens."""


@command.command("add")
@click.argument("username")
@click.option("--name", required=True, help="The officer's name as colleagues read it; one word is enough.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([*map(str, Role)]))
@click.option("--unit", default="", help="The officer's unit; partners see it with the role.")
@click.option("--language", type=click.Choice(["id", "en"]), default="id", show_default=True)
@click.password_option(help="At least twelve characters; asked for unless given.")
@shared
def add(at: Shared, roles: tuple[str, ...], **given: str) -> None:
    """Enrol USERNAME. The authenticator key is printed once; scan or type it into the officer's authenticator."""
    with at.node() as node:
        enrolled = node.people.enrol(Account(**given, roles=frozenset(Role(role) for role in roles)), by="system")
    facts = {"officer": enrolled.officer, "totp_secret": enrolled.totp_secret, "totp_uri": enrolled.totp_uri}
    line = f"{enrolled.officer.username} is enrolled. Authenticator key (shown this once): {enrolled.totp_secret}"
    at.print(facts, lambda: f"{line}\n\n{_qr_code(enrolled.totp_uri)}")


def _qr_code(uri: str) -> str:
    """The key as any authenticator application scans it from the screen."""
    drawn = io.StringIO()
    segno.make(uri, error="l").terminal(drawn, border=2, compact=True)
    return drawn.getvalue()


@command.command("list")
@shared
def list_(at: Shared) -> None:
    """List the officers."""
    with at.node() as node:
        officers = node.people.officers()
    at.print(
        officers,
        lambda: "\n".join(f"{o.username:16} {o.name:30} {', '.join(sorted(o.roles))}" for o in officers),
    )


@command.command("token")
@click.argument("name")
@click.option("--days", type=click.IntRange(1, 365), default=90, show_default=True)
@officer_option
@shared
def token(at: Shared, name: str, days: int, username: str | None) -> None:
    """Issue a token called NAME for one of the agency's own systems; it is printed once."""
    with at.node() as node:
        secret = node.people.issue_token(acting(node, username), name, days=days)
    at.print({"token": secret, "days": days}, f"Token (shown this once, good for {days} days): {secret}")


@command.command("errand")
@click.argument("name")
@click.option("--purpose", default="", help=f"One of: {', '.join(Purpose)}.")
@click.option("--legal-basis", default="", help="The law or agreement the questions rest on.")
@click.option("--case", "case_reference", default="", help="The case reference.")
@click.option("--category", default="", help=f"What the subjects are: {', '.join(SubjectCategory)}.")
@click.option("--intent", default="", help=f"{' or '.join(Intent)}.")
@click.option("--offence", default=None, help="The offence, where known.")
@click.option("--days", type=click.IntRange(1, 31), default=7, show_default=True)
@officer_option
@shared
def errand(at: Shared, name: str, days: int, username: str | None, **options: str) -> None:
    """Issue a key called NAME for a program that cannot say why it asks (a yente client, OpenRefine).

    The reason is bound to the key, and the key opens the doors for matching only; it is printed once.
    """
    reason = justified({field: options[field] for field in Justification.__struct_fields__})
    with at.node() as node:
        key = node.people.errands.issue(acting(node, username), reason, name=name, days=days)
    at.print(
        {"key": key, "days": days, "reason": reason},
        f"Key (shown this once, good for {days} days, for one case): {key}",
    )
