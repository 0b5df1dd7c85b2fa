"""Group texts by meaning: JSON lines {"id", "text"} on stdin, a JSON list of ids a group on stdout, the largest first.

python -m bot.group < questions.jsonl
"""

import bot.quiet  # noqa: F401  isort:skip  (must come before Rasa)

import json
import sys
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from sklearn.cluster import AgglomerativeClustering

from bot.components.sentence_encoder import MEANING, Encoder, SentenceEncoder

# Mean distance (1 - cosine) within which questions belong together. Of the evaluation questions that the bot refuses,
# groups at 0.5 hold one subject; at 0.6 subjects begin to mix.
_DISTANCE = 0.5


def main() -> None:
    """The command."""
    rows = [json.loads(line) for line in sys.stdin if line.strip()]
    ids, texts = [row["id"] for row in rows], [row["text"] for row in rows]
    for group in groups(Encoder(SentenceEncoder.get_default_config()).encode(texts)[:, MEANING]) if texts else []:
        print(json.dumps([ids[i] for i in group]))


def groups(vectors: np.ndarray) -> list[Sequence[int]]:
    """Rows of unit-length vectors that belong together, the largest group first; in each the most typical row first."""
    if len(vectors) == 1:
        return [[0]]
    clustering = AgglomerativeClustering(
        n_clusters=None, affinity="cosine", linkage="average", distance_threshold=_DISTANCE
    )
    members = defaultdict(list)
    for row, label in enumerate(clustering.fit_predict(vectors)):
        members[label].append(row)
    return sorted((_typical_first(vectors, rows) for rows in members.values()), key=lambda g: (-len(g), g[0]))


def _typical_first(vectors: np.ndarray, rows: list[int]) -> list[int]:
    middle = vectors[rows].mean(0)
    return sorted(rows, key=lambda row: (-float(vectors[row] @ middle), row))


if __name__ == "__main__":
    main()
