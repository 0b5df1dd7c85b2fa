"""Start Rasa as PumpTalk runs it: model checked, overrides in place, loopback only, no HTTP API.

python -m bot.serve [--port 5005] [--actions-url http://127.0.0.1:5055/webhook] [--models models]
"""

import os

# The matrices of one message are small: further threads of the linear algebra only spin beside the one that works, and
# take the processor from the server (bench/against_stock.py). Read when numpy is loaded, so it stands before Rasa.
for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

import bot.quiet  # noqa: E402, F401  isort:skip  (must come before Rasa)

import argparse  # noqa: E402  (after the threads are set, as all below)
import sys  # noqa: E402  (as above)
from pathlib import Path  # noqa: E402  (as above)

import rasa.__main__  # noqa: E402  (as above)

from bot import last_topic, model_store, rasa_speedups, swap  # noqa: E402  (as above)


def main() -> None:
    """Check and start. Ends the process with a line for people when something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", default="5005")
    parser.add_argument("--actions-url", default="http://127.0.0.1:5055/webhook")
    parser.add_argument("--models", type=Path, default=model_store.MODELS, help="folder of the trained models")
    args = parser.parse_args()
    try:
        model = model_store.current(args.models)
        model_store.verify(model)
        rasa_speedups.apply()
        last_topic.apply()
        swap.apply(args.models)
    except (model_store.ModelError, rasa_speedups.WrongRasaError) as e:
        sys.exit(str(e))
    os.environ["ACTIONS_URL"] = args.actions_url
    os.environ.setdefault("REDIS_URL", "")
    # --enable-api stays out: with it a request could load a model of its own (CVE-2024-49375).
    sys.argv = ["rasa", "run", "--model", str(model), "--interface", "127.0.0.1", "--port", args.port]
    sys.argv += ["--endpoints", "bot/endpoints.yml", "--credentials", "bot/credentials.yml"]
    rasa.__main__.main()


if __name__ == "__main__":
    main()
