"""The order in which a server stops: no calm message any more, the turns in flight, then the sockets."""

import logging
from dataclasses import dataclass

from server.chat.routes_socketio import RasaSocket
from server.edge.turns import TurnsInFlight

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stopping:
    """What has to end well before the connections are closed."""

    turns: TurnsInFlight
    socket: RasaSocket
    seconds: float

    async def finish(self) -> None:
        """Finish what is being answered, for at most `seconds`."""
        if not await self.turns.finish(self.seconds):
            fields = {"turns": self.turns.count}
            logger.error("stopped with turns in flight; a retry finishes them", extra={"fields": fields})
        await self.socket.close()
