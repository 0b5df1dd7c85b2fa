"""The overrides of Rasa 3.6.21 that read training data faster, each with its reason.

Nothing of them is in the trained model. See bot/rasa_speedups.py for those that answer faster.
"""

from typing import Any, Callable, Optional, Text
from uuid import uuid4

from rasa.shared.importers.importer import (
    CombinedDataImporter,
    E2EImporter,
    ResponsesSyncImporter,
    TrainingDataImporter,
)
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from tarsafe import TarSafe

from bot.rasa_speedups import require_version

_rasa_merge = TrainingData.merge
# Of gzip's levels.
_QUICKEST = 1


def apply() -> None:
    """Put the overrides in place. Raises WrongRasaError under another Rasa version."""
    require_version()
    for importer in (CombinedDataImporter, ResponsesSyncImporter, E2EImporter):
        importer.get_nlu_data = _cached_once(importer.get_nlu_data)
    TrainingData.merge = _merge
    RasaYAMLReader.validate = _validate_nothing
    Message.__hash__ = _hash_of_text
    TrainingData.fingerprint = _like_no_other
    TarSafe.gzopen = classmethod(_quickly_packed)


# 1. Rasa caches the training data by the arguments as they are written, so `get_nlu_data()` and `get_nlu_data("en")`
#    read all files twice.
def _cached_once(rasa_get: Callable[[Any, Text], TrainingData]) -> Callable[..., TrainingData]:
    def get_nlu_data(self: TrainingDataImporter, language: Optional[Text] = "en") -> TrainingData:
        return rasa_get(self, language or "en")

    return get_nlu_data


# 2. Rasa copies every example deeply at each of several merges. Nobody keeps the data that went into a merge, so the
#    merged data can hold the same examples.
def _merge(self: TrainingData, *others: Optional[TrainingData]) -> TrainingData:
    parts = [self, *filter(None, others)]
    first, *rest = [_without_examples(part) for part in parts]
    merged = _rasa_merge(first, *rest)
    examples = [example for part in parts for example in part.training_examples]
    return TrainingData(examples, merged.entity_synonyms, merged.regex_features, merged.lookup_tables, merged.responses)


def _without_examples(data: TrainingData) -> TrainingData:
    return TrainingData([], data.entity_synonyms, data.regex_features, data.lookup_tables, data.responses)


# 3. Rasa parses each file once more, in pure Python, to hold it against its schema. `bot/check.py` has read every file
#    strictly before a training starts.
def _validate_nothing(self: RasaYAMLReader, string: Text) -> None:
    """The place of Rasa's validation."""


# 4. Rasa writes out each example as JSON and hashes that, several times over, to find duplicates in a set. Equal
#    examples have equal texts, and `==` still compares all of them.
def _hash_of_text(self: Message) -> int:
    return hash(self.get(TEXT))


# 5. Rasa writes out and hashes all examples after each component, to see whether it can reuse what an earlier training
#    left. Every training here is a whole one (bot/model_store.py knows when none is needed).
def _like_no_other(self: TrainingData) -> Text:
    return uuid4().hex


# 6. A model is nearly all numbers, which the highest compression makes hardly smaller than the lowest.
def _quickly_packed(cls: type, name: Text, mode: Text = "r", fileobj: Any = None, **options: Any) -> Any:
    return super(TarSafe, cls).gzopen(name, mode, fileobj, **{"compresslevel": _QUICKEST, **options})
