"""What a check works with: a server with faults, and clients that reach it over one transport.

Knows how a transport is set up, so that no check needs to; knows no fault and no row.
"""

import ssl
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import attrs
import httpx

from realtime_voice.client import RealtimeClient
from realtime_voice.config import SessionConfig
from realtime_voice.session import Session
from realtime_voice.testing._brain import Brain
from realtime_voice.testing._records import ConnectionRecord
from realtime_voice.testing._scripted import Scripted
from realtime_voice.testing._server import LocalServer
from realtime_voice.testing._steps import Heard
from realtime_voice.testing.faults._plan import Fault, FaultPlan
from realtime_voice.testing.faults.matrix._rows import IN_PROCESS, OWN_CLIENT, TLS
from realtime_voice.transport import LinkOptions, Transport

__all__ = ["MODEL", "Place", "World", "trust"]

MODEL = "gpt-realtime"


@attrs.frozen
class Place:
    """A running server, as seen over one transport."""

    server: LocalServer
    """The server."""
    http_client: httpx.AsyncClient | None
    """The httpx client to go through, where the transport is one."""
    context: ssl.SSLContext | None
    """Whom to trust, where the transport is encrypted."""
    in_process: bool
    """There is no socket."""

    @property
    def record(self) -> ConnectionRecord:
        """What the newest connection did."""
        return self.server.sessions[-1]

    @property
    def port(self) -> int:
        """Where the server listens."""
        return httpx.URL(self.server.url).port or 0

    def client(self, *, url: str | None = None, **options: Any) -> RealtimeClient:
        """A client for the server.

        Args:
            url: Another address, for example that of a proxy in front of the server.
            **options: More options of the client.
        """
        if self.in_process:
            client = self.server.in_process_client()
            client.connect_timeout = options.get("connect_timeout", client.connect_timeout)
            return client
        given: dict[str, Any] = {
            "api_key": self.server.token,
            "http_client": self.http_client,
            "ssl_context": self.context,
            **options,
        }
        return RealtimeClient(base_url=url or self.server.url, **given)

    async def connect(self, *, link: LinkOptions | None = None, **options: Any) -> Transport:
        """An open connection; its first frame is ``session.created``.

        Args:
            link: Limits of the connection.
            **options: More options of the client.
        """
        return await self.client(link=link, **options).connect(model=MODEL)

    def session(self, *, link: LinkOptions | None = None, **options: Any) -> Session:
        """A session, not started.

        Args:
            link: Limits of its connection.
            **options: Options of the session.
        """
        wanted: dict[str, Any] = {"config": SessionConfig(model=MODEL), **options}
        return Session(client=self.client(link=link), **wanted)


@attrs.frozen(kw_only=True)
class World:
    """Where one check runs."""

    backend: str
    """The event loop."""
    transport: str
    """How bytes move."""

    @asynccontextmanager
    async def serving(
        self,
        *faults: Fault,
        plan: FaultPlan | None = None,
        brain: Brain | None = None,
        **options: Any,
    ) -> AsyncGenerator[Place]:
        """A server that runs inside the block.

        Args:
            *faults: How it misbehaves, at each connection.
            plan: The same, for faults that depend on the connection.
            brain: Who answers; None: one who answers everything with a few words.
            **options: More options of the server.
        """
        context = None
        if self.transport == TLS:
            server_context, context = trust("127.0.0.1")
            options = {"ssl_context": server_context, **options}
        answering = brain or Scripted(default=Heard("hello", say="certainly so"))
        server = LocalServer(answering, faults=faults if plan is None else plan, **options)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(server)
            http_client = None
            if self.transport == OWN_CLIENT:
                # Making a client reads the usual authorities unless it is told not to.
                http_client = httpx.AsyncClient(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
                await stack.enter_async_context(http_client)
            yield Place(server, http_client, context, self.transport == IN_PROCESS)


@cache
def trust(*names: str, expired: bool = False) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server with a certificate, and a client that trusts who signed it.

    Args:
        *names: Names and addresses that the certificate is for.
        expired: It was good until yesterday.

    Returns:
        The server's context and the client's.
    """
    import trustme  # noqa: PLC0415 - an extra: rows over TLS are skipped without it

    authority = trustme.CA()
    yesterday = datetime.now(UTC) - timedelta(days=1)
    certificate = authority.issue_cert(*names, not_after=yesterday if expired else None)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return server, client
