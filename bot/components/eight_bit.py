"""A graph whose weights are kept in 8 bits, made to compute in 8 bits.

The encoder's file keeps its weights as 8-bit numbers, turns them into 32-bit floats when it is loaded, and multiplies
those: small on disk, no faster. Here each such product becomes ONNX's own integer product: the activations are put into
8 bits at every step (DynamicQuantizeLinear), the weights are used as they are, and onnxruntime fuses what follows.
"""

from typing import Dict, Iterator, List, Optional, Tuple

import onnx
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper

Nodes = Dict[str, NodeProto]


def in_eight_bits(model: bytes) -> bytes:
    """The same graph with integer products where a weight is kept in 8 bits; other products stay as they are."""
    whole = onnx.load_model_from_string(model)
    graph = whole.graph
    made_by = {name: node for node in graph.node for name in node.output}
    numbers = {i.name: i for i in graph.initializer}
    nodes: List[NodeProto] = []
    quantised: set[str] = set()
    for node in graph.node:
        kept = _kept_weight(node, made_by)
        if kept is None:
            nodes.append(node)
            continue
        source, (weight, scale) = node.input[0], kept
        if source not in quantised:
            quantised.add(source)
            nodes.append(helper.make_node("DynamicQuantizeLinear", [source], _names(source)))
        flat = f"{node.output[0]}.weight_scale"
        of_columns = numpy_helper.to_array(numbers[scale]).reshape(-1)
        graph.initializer.append(numpy_helper.from_array(of_columns, flat))
        nodes.extend(_integer_product(source, weight, flat, node.output[0]))
    _replace_nodes(graph, nodes)
    return whole.SerializeToString()


def _kept_weight(node: NodeProto, made_by: Nodes) -> Optional[Tuple[str, str]]:
    """The names of the 8-bit weight and its scale, for a product with Mul(Cast(weight), scale)."""
    scaled = made_by.get(node.input[1]) if node.op_type == "MatMul" else None
    cast = made_by.get(scaled.input[0]) if scaled is not None and scaled.op_type == "Mul" else None
    if scaled is None or cast is None or cast.op_type != "Cast":
        return None
    return cast.input[0], scaled.input[1]


def _names(source: str) -> List[str]:
    return [f"{source}.{part}" for part in ("eight_bits", "scale", "zero")]


def _integer_product(source: str, weight: str, weight_scale: str, out: str) -> Iterator[NodeProto]:
    """source @ weight, in integers, then back to floats under both scales."""
    values, scale, zero = _names(source)
    yield helper.make_node("MatMulInteger", [values, weight, zero], [f"{out}.integers"])
    yield helper.make_node("Cast", [f"{out}.integers"], [f"{out}.floats"], to=TensorProto.FLOAT)
    yield helper.make_node("Mul", [scale, weight_scale], [f"{out}.scales"])
    yield helper.make_node("Mul", [f"{out}.floats", f"{out}.scales"], [out])


def _replace_nodes(graph: GraphProto, nodes: List[NodeProto]) -> None:
    """Put `nodes` in, without the nodes and numbers that only fed a replaced product."""
    kept: List[NodeProto] = []
    read = {out.name for out in graph.output}
    for node in reversed(nodes):  # a graph's nodes stand in the order in which they are computed
        if read.intersection(node.output):
            read.update(node.input)
            kept.append(node)
    del graph.node[:]
    graph.node.extend(reversed(kept))
    numbers = [i for i in graph.initializer if i.name in read]
    del graph.initializer[:]
    graph.initializer.extend(numbers)
