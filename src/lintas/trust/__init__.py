"""Who is who: the signed directory, keys, and the proofs of the Merkle log. Pure: it touches nothing."""

from lintas.protocol.keys import NodeKeys, PublicKey, PublicKeys
from lintas.trust.directory import Directory, Member, MemberList, fingerprint

__all__ = ["Directory", "Member", "MemberList", "NodeKeys", "PublicKey", "PublicKeys", "fingerprint"]
