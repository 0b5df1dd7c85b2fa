"""One run of learning: questions in, a model out, and the judgement whether it may serve."""
