"""A street of five neighbours, one of them ours: one knows, one is silent, one declines, one has nothing."""

from __future__ import annotations

from dataclasses import dataclass

from lintas.testing import Neighbour, Neighbourhood
from pages.walking import Entrance


@dataclass(slots=True)
class World:
    """Our node and its neighbours."""

    ours: Neighbour
    owner: Neighbour
    entrance: Entrance
    owners_entrance: Entrance

    async def deliver(self) -> None:
        """Carry the letters to and fro."""
        for neighbour in (self.ours, self.owner):
            await neighbour.node.exchange.deliver_due()


async def world_of(here: Neighbourhood) -> World:
    """Furnish a street."""
    (ours,) = await here.nodes("id", name_id="Kepolisian Contoh", name_en="Example Police", answer_within=0.6)
    (owner,) = await here.nodes("my", name_id="Polis Contoh", name_en="Sample Police", contact="Meja 24 jam, 555-0100")
    (silent,) = await here.nodes("th")
    await here.nodes("ph", officer_budget_hour=0, officer_budget_day=0, contact="Meja Manila, 555-0199")
    await here.nodes("sg")
    silent.falls_silent()
    ours.knows("Budi Santoso", birthDate="1970-01-31", birthPlace="Medan", passportNumber="C1111111")
    owner.knows("Budi bin Santoso", birthDate="1970-01-31", passportNumber="X7654321", alias="Budi Rahasia")
    owner.knows("Mei Contoh", birthDate="2015-05-05", category="missing", protections="child")
    return World(ours, owner, Entrance(ours.node), Entrance(owner.node))
