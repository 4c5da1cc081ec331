"""Nodes with their API, and callers who hold a token."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from lintas.api import create_api
from lintas.model import Role
from lintas.people import Account
from lintas.testing import Neighbour, Neighbourhood

QUESTION: dict[str, Any] = {
    "subject": {"kind": "person", "properties": {"name": ["Budi Santoso"], "birthDate": ["1970-01-31"]}},
    "justification": {
        "purpose": "investigate",
        "legal_basis": "Perjanjian latihan, pasal 1",
        "case_reference": "LAT/2026/001",
        "category": "suspect",
        "intent": "identify",
    },
}


@dataclass
class Caller:
    """A program of one agency, with the token of one officer."""

    at: Neighbour
    client: AsyncTestClient[Any]
    token: str

    async def get(self, path: str, **query: object) -> Any:
        return await self.client.get(f"/api/1{path}", params=query, headers=self._headers)

    async def post(self, path: str, body: object) -> Any:
        return await self.client.post(f"/api/1{path}", json=body, headers=self._headers)

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def colleague(self, username: str, *roles: Role) -> Caller:
        """Another officer of the same agency."""
        enrolled = self.at.node.people.enrol(
            Account(
                username=username,
                name=f"{username} (latihan)",
                roles=frozenset(roles),
                unit="",
                password="latihan-lagi-ya",
            ),
            by="system",
        )
        return Caller(self.at, self.client, self.at.node.people.issue_token(enrolled.officer, "uji", days=1))


@dataclass
class Agencies:
    street: Neighbourhood
    stack: AsyncExitStack

    async def open(self, *countries: str, **settings: object) -> tuple[Caller, ...]:
        """Agencies with their API open, and a caller for the officer of each."""
        neighbours = await self.street.nodes(*countries, **settings)
        return tuple([await self._caller(neighbour) for neighbour in neighbours])

    async def _caller(self, neighbour: Neighbour) -> Caller:
        client = await self.stack.enter_async_context(AsyncTestClient(create_api(neighbour.node)))
        return Caller(neighbour, client, neighbour.node.people.issue_token(neighbour.officer, "uji", days=1))


@pytest.fixture
async def agencies(tmp_path: Path) -> AsyncIterator[Agencies]:
    async with Neighbourhood(tmp_path) as street, AsyncExitStack() as stack:
        yield Agencies(street, stack)
