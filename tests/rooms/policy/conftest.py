from __future__ import annotations

import pytest

from lintas.policy import AgencyContext, PolicySet


@pytest.fixture(scope="session")
def policies() -> PolicySet:
    """The policies as every node has them."""
    return PolicySet.load()


@pytest.fixture
def us() -> AgencyContext:
    return AgencyContext(node="id.node", country="id")
