"""What the police says about a record and the source file cannot know: category, handling, grading, protections."""

from __future__ import annotations

from lintas.model import Grading, Handling, Noun, SovereignFlag, SubjectCategory


class Marks(Noun):
    """What an import puts on every record it makes, unless the mapping or the line itself says otherwise.

    The defaults tell nobody anything: an uncategorised record is silent towards partners (rule R27), and H3 means ask
    first.
    """

    category: SubjectCategory = SubjectCategory.UNKNOWN
    handling: Handling = Handling.H3
    sovereign_flag: SovereignFlag = SovereignFlag.EXECUTABLE
    protections: frozenset[str] = frozenset()
    grading: Grading = Grading()
    invented: bool = False
