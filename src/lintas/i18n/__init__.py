"""Every sentence in Indonesian and in English: catalogues, labels of the closed vocabularies, dates and numbers."""

from lintas.i18n.translator import LANGUAGES, Explanation, Language, Translator, preferred_language

__all__ = ["LANGUAGES", "Explanation", "Language", "Translator", "preferred_language"]
