"""What everybody may read: who may ask what (rule R16), who the partners are, what Lintas is."""

from __future__ import annotations

from litestar import get

from lintas.model import Role
from lintas.web.search_rights import search_rights
from lintas.web.visit import Here, Page


@get("/policies", sync_to_thread=True)
def policies(visit: Here) -> Page:
    """The table of search rights, and every policy in words with what it rests on."""
    rights = search_rights(visit.node)
    roles = [role for role in Role if any(kinds[role] for kinds in rights.values())]
    return visit.page("policies.html", rights=rights, roles=roles, policies=visit.node.policies.policies)


@get("/partners", sync_to_thread=True)
def partners(visit: Here) -> Page:
    """The members of the directory in force, their keys and their state."""
    return visit.page("partners.html", directory=visit.node.directory.current())


@get("/about", sync_to_thread=True)
def about(visit: Here) -> Page:
    """What Lintas is, what it refuses to be, and what it stands on."""
    return visit.page("about.html")


PAGES = (policies, partners, about)
