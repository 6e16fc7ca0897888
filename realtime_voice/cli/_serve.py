"""``realtime-voice serve``: the local Realtime server, until Ctrl-C.

It starts the server and says how to reach it; what the server does is its own matter.
"""

import signal
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import anyio

from realtime_voice.cli._peer import LOCAL_EXTRA, local_ears_installed, scripted_brain
from realtime_voice.cli._terminal import say
from realtime_voice.errors import ConfigError
from realtime_voice.testing import Local, LocalServer

__all__ = ["run"]

_WELCOME = """\
Realtime server on this machine; Ctrl-C stops it.

  OPENAI_BASE_URL={url}
  OPENAI_API_KEY={token}

With these two variables set, every Session() talks to it. Or in a program:

  client = RealtimeClient(base_url="{url}", api_key="{token}")
  result = await Session(source=WavSource("question.wav"), client=client).run()

With the openai package:

  client = AsyncOpenAI(base_url="{url}", api_key="{token}", websocket_base_url="{socket_url}")
  async with client.realtime.connect(model="gpt-realtime-2.1") as connection: ...
"""


async def run(options: Namespace) -> int:
    """Serve until Ctrl-C or a request to terminate.

    Args:
        options: ``port``: 0 for a free one; ``token``: None for one made up; ``scripted``.

    Returns:
        The exit code.

    Raises:
        ConfigError: The recogniser is not installed, or the port cannot be used.
    """
    if not options.scripted and not local_ears_installed():
        raise ConfigError(f"the server's ears are not installed: {LOCAL_EXTRA}, or use --scripted")
    brain = scripted_brain() if options.scripted else Local()
    async with AsyncExitStack() as stack:
        signals = _signals(stack)
        server = LocalServer(brain, port=options.port, token=options.token)
        try:
            await stack.enter_async_context(server)
        except ConfigError as error:
            if not isinstance(cause := error.__cause__, OSError):
                raise
            reason = cause.strerror or cause
            raise ConfigError(
                f"port {options.port} of this machine cannot be used: {reason}; choose another "
                "with --port, or leave --port out for a free one",
                field="port",
            ) from error
        socket_url = server.url.replace("http://", "ws://", 1)
        say(_WELCOME.format(url=server.url, token=server.token, socket_url=socket_url))
        await (anext(signals) if signals else anyio.sleep_forever())
    say("stopped")
    return 0


def _signals(stack: AsyncExitStack) -> AsyncIterator[signal.Signals] | None:
    """Ctrl-C and requests to terminate, to wait for; None where Ctrl-C ends the event loop."""
    try:
        return stack.enter_context(anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM))
    except NotImplementedError:  # Windows
        return None
