"""The steps of a run of learning, in their order; who carries it out says at which one it is."""

# Those of the training and the examination are said by bot/trial.py. The model in use is examined only if its figures
# are not known yet.
STEPS = (
    "collecting the questions",
    "checking the questions",
    "training",
    "examining the new model",
    "examining the model in use",
    "putting the new model in use",
)


def progress(step: str) -> str:
    """The step with its number, as people read it."""
    return f"step {STEPS.index(step) + 1} of {len(STEPS)}, {step}" if step in STEPS else step
