"""The sentence of each ground for refusal, for what is declined before or without a Cedar policy."""

from __future__ import annotations

from collections.abc import Mapping

from lintas.model import RefusalGround
from lintas.policy.nouns import Decision

SENTENCES: Mapping[RefusalGround, tuple[str, str]] = {
    RefusalGround.UNJUSTIFIED: (
        "Pertanyaan ini tidak cukup beralasan atau terlalu tipis untuk diajukan.",
        "The question is not sufficiently justified, or too thin to be asked.",
    ),
    RefusalGround.PURPOSE_NOT_ALLOWED: (
        "Tidak ada kebijakan yang mengizinkan pertanyaan ini untuk tujuan tersebut.",
        "No policy allows this question for this purpose.",
    ),
    RefusalGround.KIND_NOT_ANSWERED: (
        "Instansi ini tidak menjawab pertanyaan tentang jenis subjek ini.",
        "This agency does not answer questions about this kind of subject.",
    ),
    RefusalGround.CATEGORY_PROTECTED: (
        "Data tentang orang yang dilindungi tidak diberitahukan.",
        "Data about protected people are not told.",
    ),
    RefusalGround.HANDLING: (
        "Kode penanganan data tidak mengizinkan pemberitahuan ini.",
        "The handling code of the data does not allow telling them.",
    ),
    RefusalGround.SOVEREIGNTY: (
        "Menjawab akan merugikan kedaulatan atau kepentingan pokok negara.",
        "An answer would harm the sovereignty or an essential interest of the state.",
    ),
    RefusalGround.NOT_COMPETENT: (
        "Tidak satu pun peran penanya mengizinkan tindakan ini.",
        "None of the roles of the person asking allows this act.",
    ),
    RefusalGround.BUDGET_SPENT: (
        "Terlalu banyak pertanyaan dalam waktu yang terlalu singkat.",
        "Too many questions in too short a time.",
    ),
    RefusalGround.ENUMERATION: (
        "Pertanyaan-pertanyaan ini tampak seperti penelusuran nomor atau tanggal satu per satu.",
        "The questions look like trying numbers or dates one after another.",
    ),
    RefusalGround.NEEDS_JUDGE: (
        "Tindakan ini memerlukan penetapan hakim.",
        "This needs the authorisation of a judge.",
    ),
    RefusalGround.NOT_NECESSARY: (
        "Data ini tidak diperlukan untuk tujuan yang disebutkan.",
        "The data are not necessary for the stated purpose.",
    ),
    RefusalGround.NO_LONGER_HELD: (
        "Data ini tidak disimpan lagi.",
        "The data are no longer held.",
    ),
    RefusalGround.OTHER_LAW: (
        "Hukum instansi ini tidak mengizinkannya.",
        "The law of this agency does not allow it.",
    ),
}


def decline(ground: RefusalGround) -> Decision:
    """The decision for a ground that no Cedar policy names: a spent budget, a thin question, nothing that permits.

    It names the built-in rule `rule:<ground>`, which `PolicySet.describe` explains like any policy.
    """
    indonesian, english = SENTENCES[ground]
    return Decision(
        allowed=False, policies=(f"rule:{ground}",), ground=ground, explanation={"id": indonesian, "en": english}
    )
