"""Presidio's engine with the language model, its own recognisers that serve here, and those of PumpTalk."""

import re
from collections.abc import Callable, Iterator

from presidio_analyzer import AnalyzerEngine, EntityRecognizer, LocalRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts
from presidio_analyzer.predefined_recognizers import (
    IbanRecognizer,
    IpRecognizer,
    MacAddressRecognizer,
    UsMbiRecognizer,
)

from server.privacy.ages import find_ages
from server.privacy.dates import find_dates
from server.privacy.finds import KINDS, Find, Kind
from server.privacy.language_model import EntityModel
from server.privacy.lexicon import Lexicon
from server.privacy.names import find_names
from server.privacy.numbers import find_numbers
from server.privacy.online import find_online
from server.privacy.places import find_places
from server.privacy.reading import Reading

_LANGUAGE = "en"
_DIGIT = re.compile(r"\d")
# Presidio's e-mail and address recognisers are left out: they ask tldextract, which fetches a list from the network.
_PRESIDIO: dict[str, tuple[Callable[[], EntityRecognizer], Kind]] = {
    "IBAN_CODE": (IbanRecognizer, "account"),
    "IP_ADDRESS": (IpRecognizer, "ip"),
    "MAC_ADDRESS": (MacAddressRecognizer, "device"),
    "US_MBI": (UsMbiRecognizer, "plan"),
}
_PERSONS, _PLACES = frozenset({"PERSON"}), frozenset({"GPE", "LOC", "FAC"})


class Recognisers:
    """All recognisers over one engine; a message changes nothing that another could see."""

    def __init__(self, lexicon: Lexicon) -> None:
        registry = RecognizerRegistry(supported_languages=[_LANGUAGE])
        registry.add_recognizer(_OwnRecogniser(lexicon))
        for recogniser, _ in _PRESIDIO.values():
            registry.add_recognizer(recogniser())
        self._entities = [*KINDS, *_PRESIDIO]
        self._lexicon, self._model = lexicon, EntityModel()
        self._engine = AnalyzerEngine(
            registry=registry,
            nlp_engine=self._model,
            supported_languages=[_LANGUAGE],
            context_aware_enhancer=_NoContext(),
        )

    def find(self, text: str) -> list[Find]:
        """What may identify somebody, in no order, with overlaps.

        The language model takes most of the time, and it only adds to what capitals tell; so most messages go without.
        """
        is_worth_it = Reading(text, self._lexicon).may_name_something
        artifacts = self._model.process_text(text, _LANGUAGE) if is_worth_it else self._model.unread(_LANGUAGE)
        # Presidio's own all need digits.
        entities: list[str] = self._entities if _DIGIT.search(text) else [*KINDS]
        results = self._engine.analyze(text, _LANGUAGE, entities=entities, nlp_artifacts=artifacts)
        return [Find(_kind(result.entity_type), result.start, result.end) for result in results]


def _kind(entity: str) -> Kind:
    return _PRESIDIO[entity][1] if entity in _PRESIDIO else next(kind for kind in KINDS if kind == entity)


class _OwnRecogniser(LocalRecognizer):
    """PumpTalk's own rules, in the shape that Presidio asks for."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        super().__init__(supported_entities=[*KINDS], supported_language=_LANGUAGE, name="PumpTalk")

    def load(self) -> None:
        """Nothing to load."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        """All finds, each as certain as the other."""
        return [RecognizerResult(f.kind, f.start, f.end, 1.0) for f in self._finds(text, nlp_artifacts)]

    def _finds(self, text: str, artifacts: NlpArtifacts) -> Iterator[Find]:
        reading = Reading(text, self._lexicon)
        named = [(e.label_, (e.start_char, e.end_char)) for e in artifacts.entities]
        yield from find_names(reading, [span for label, span in named if label in _PERSONS])
        yield from find_places(reading, [span for label, span in named if label in _PLACES])
        yield from find_dates(text)
        yield from find_ages(text)
        yield from find_online(text, self._lexicon)
        yield from find_numbers(text, self._lexicon)


class _NoContext(ContextAwareEnhancer):
    """Raises no score by the words around: PumpTalk's rules read those themselves, and lemmas are left out."""

    def __init__(self) -> None:
        super().__init__(0, 0, 0, 0)

    def enhance_using_context(
        self,
        text: str,
        raw_results: list[RecognizerResult],
        nlp_artifacts: NlpArtifacts,
        recognizers: list[EntityRecognizer],
        context: list[str] | None = None,
    ) -> list[RecognizerResult]:
        """The results as they are."""
        return raw_results
