"""`python -m server`: run the server until it is told to stop."""

import gc
import logging
import sys

from knowledge import ContentError
from server.edge.serving import serve
from server.errors import ConfigurationError
from server.logs import configure_logging
from server.main import create_app
from server.settings import load_settings


def main() -> int:
    """Start the server. A wrong setting or faulty content stops the start with one line and exit code 1."""
    try:
        settings = load_settings()
        app = create_app(settings)
    except (ConfigurationError, ContentError, OSError) as e:
        print(f"PumpTalk cannot start: {' '.join(str(e).split())}", file=sys.stderr)
        return 1
    # Lists of names and the language model stay until the end: the garbage collector need not walk them each time.
    gc.collect()
    gc.freeze()
    configure_logging()
    fields = {"environment": settings.environment, "host": settings.host, "port": settings.port}
    logging.getLogger("server").info("starting", extra={"fields": fields})
    serve(app, settings)
    return 0


if __name__ == "__main__":
    sys.exit(main())
