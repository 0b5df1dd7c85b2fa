"""The network of all-MiniLM-L6-v2, made to compute in 8 bits.

The encoder's file keeps its weights as 8-bit numbers, turns them into 32-bit floats when it is loaded, and multiplies
those: small on disk, no faster. Here the same weights stand in the same network (Devlin et al. 2019, "BERT", with 384
numbers a token and twelve heads), written in what onnxruntime computes fastest: a product with a weight is ONNX's
integer product, query, key and value are one product, and attention is one operator.

It also gives what its tokens are halfway: the last layers keep what a text is about, the middle ones more of how it is
said (Jawahar et al. 2019, "What does BERT learn about the structure of language?").
"""

from typing import Dict, Text

import numpy as np
import onnx
from onnx import ModelProto, numpy_helper, parser

Arrays = Dict[Text, np.ndarray]

_NETWORK = """
<ir_version: 8, opset_import: ["": 17, "com.microsoft": 1, "minilm": 1]>
minilm (int64[1, n] input_ids) => (float[1, n, 384] last_hidden_state, float[1, n, 384] halfway) {{
  words = Gather(word, input_ids)
  words_in_floats = Cast<to = 1>(words)
  words_scale = Gather(word_scale, input_ids)
  meanings = Mul(words_in_floats, words_scale)
  length = Shape<start = 1>(input_ids)
  places = Slice(place, zero, length)
  placed = Add(meanings, places)
  x0 = LayerNormalization<epsilon = 1e-12>(placed, norm, norm_bias)
{layers}
  last_hidden_state = Identity(x{count})
  halfway = Identity(x{half})
}}
<domain: "minilm", opset_import: ["": 17]>
Dense (x, weight, weight_scale, bias) => (y) {{
  eight_bits, scale, zero = DynamicQuantizeLinear(x)
  integers = MatMulInteger(eight_bits, weight, zero)
  floats = Cast<to = 1>(integers)
  scales = Mul(scale, weight_scale)
  product = Mul(floats, scales)
  y = Add(product, bias)
}}
"""
_LAYER = """
  qkv{k} = minilm.Dense(x{k}, qkv{k}_weight, qkv{k}_scale, qkv{k}_bias)
  query{k}, key{k}, value{k} = Split<axis = 2>(qkv{k}, thirds)
  heard{k} = com.microsoft.MultiHeadAttention<num_heads = 12>(query{k}, key{k}, value{k})
  told{k} = minilm.Dense(heard{k}, told{k}_weight, told{k}_scale, told{k}_bias)
  attended{k} = Add(told{k}, x{k})
  y{k} = LayerNormalization<epsilon = 1e-12>(attended{k}, told{k}_norm, told{k}_norm_bias)
  wide{k} = minilm.Dense(y{k}, wide{k}_weight, wide{k}_scale, wide{k}_bias)
  bent{k} = com.microsoft.Gelu(wide{k})
  narrow{k} = minilm.Dense(bent{k}, narrow{k}_weight, narrow{k}_scale, narrow{k}_bias)
  thought{k} = Add(narrow{k}, y{k})
  x{next} = LayerNormalization<epsilon = 1e-12>(thought{k}, narrow{k}_norm, narrow{k}_norm_bias)
"""
_EMBEDDINGS, _ENCODER = "inner.embeddings.", "inner.encoder.layer."
# The products of a layer by their names here and in the file; query, key and value are taken together.
_TOGETHER = tuple(f"attention.self.{name}" for name in ("query", "key", "value"))
_PRODUCTS = {
    "qkv": _TOGETHER,
    "told": ("attention.output.dense",),
    "wide": ("intermediate.dense",),
    "narrow": ("output.dense",),
}
_NORMS = {"told": "attention.output.LayerNorm", "narrow": "output.LayerNorm"}


def in_eight_bits(model: bytes) -> bytes:
    """The network with the weights of the file `model`; it takes `input_ids` (1, n) of one text.

    Raises KeyError if the file lacks a weight that the network has.
    """
    file = onnx.load_model_from_string(model)
    kept = {i.name: numpy_helper.to_array(i) for i in file.graph.initializer}
    products = _products(file)
    count = sum(name.endswith(_TOGETHER[0] + ".bias") for name in kept)
    arrays = _of_embeddings(kept)
    for k in range(count):
        arrays.update(_of_layer(k, kept, products))
    layers = "".join(_LAYER.format(k=k, next=k + 1) for k in range(count))
    network = parser.parse_model(_NETWORK.format(layers=layers, count=count, half=count // 2))
    numbers = (numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in arrays.items())
    network.graph.initializer.extend(numbers)
    return network.SerializeToString()


def _products(file: ModelProto) -> Dict[Text, Text]:
    """By the name of its bias, the name that a product's weight has in the file, which is a number."""
    weights = {node.output[0]: node.input[1] for node in file.graph.node if node.op_type == "MatMul"}
    added = [tuple(node.input) for node in file.graph.node if node.op_type == "Add"]
    return {bias: weights[out] for a, b in added for out, bias in ((a, b), (b, a)) if out in weights}


def _of_embeddings(kept: Arrays) -> Arrays:
    word, place = (f"{_EMBEDDINGS}{kind}_embeddings.weight" for kind in ("word", "position"))
    # Every text is of one part only, so the embedding of the first part goes along with that of the place.
    of_first_part = kept[f"{_EMBEDDINGS}token_type_embeddings.weight"][0]
    return {
        "word": kept[f"{word}_q"],
        "word_scale": kept[f"{word}_scale"],
        "place": kept[f"{place}_q"].astype(np.float32) * kept[f"{place}_scale"] + of_first_part,
        "norm": kept[f"{_EMBEDDINGS}LayerNorm.weight"],
        "norm_bias": kept[f"{_EMBEDDINGS}LayerNorm.bias"],
        "zero": np.array([0]),
        "thirds": np.full(3, of_first_part.size),
    }


def _of_layer(k: int, kept: Arrays, products: Dict[Text, Text]) -> Arrays:
    of_file = f"{_ENCODER}{k}."
    arrays = {}
    for ours, theirs in _PRODUCTS.items():
        biases = [f"{of_file}{name}.bias" for name in theirs]
        weights = [products[bias] for bias in biases]
        arrays[f"{ours}{k}_weight"] = np.concatenate([kept[f"{w}_q"] for w in weights], axis=1)
        arrays[f"{ours}{k}_scale"] = np.concatenate([kept[f"{w}_scale"].ravel() for w in weights])
        arrays[f"{ours}{k}_bias"] = np.concatenate([kept[bias] for bias in biases])
    for ours, theirs in _NORMS.items():
        arrays[f"{ours}{k}_norm"] = kept[f"{of_file}{theirs}.weight"]
        arrays[f"{ours}{k}_norm_bias"] = kept[f"{of_file}{theirs}.bias"]
    return arrays
