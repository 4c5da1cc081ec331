"""A federation in one process, shipped for your tests: real envelopes, policy and logs; only the cable is missing.

async with Neighbourhood(folder) as here:
jakarta, kl = await here.nodes("id", "my")
kl.knows("Budi Santoso", birthDate="1970-01-31")
report = await jakarta.check("Budi Santoso", birthDate="1970")
"""

from lintas.testing.neighbourhood import Neighbour, Neighbourhood

__all__ = ["Neighbour", "Neighbourhood"]
