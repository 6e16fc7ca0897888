"""A cattrs converter that knows the classes of the vocabulary, for models that hold some of them.

The codec itself works by its own table, which is several times as fast; this is the door to it
for code that uses cattrs.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from realtime_voice.codec._events import (
    structure,
    structure_client_event,
    structure_server_event,
    unstructure,
)
from realtime_voice.events import (
    ClientEvent,
    MalformedClientEvent,
    MalformedServerEvent,
    ServerEvent,
    UnknownClientEvent,
    UnknownConversationItem,
    UnknownObject,
    UnknownServerEvent,
    WireObject,
)

if TYPE_CHECKING:
    import cattrs

__all__ = ["make_converter"]

_RAW = (
    UnknownServerEvent,
    MalformedServerEvent,
    UnknownClientEvent,
    MalformedClientEvent,
    UnknownObject,
    UnknownConversationItem,
)


def make_converter() -> "cattrs.Converter":
    """Make a converter for classes of your own that hold events or objects of the vocabulary.

    Returns:
        A new converter: it structures and unstructures every class of
        :mod:`realtime_voice.events`, and the unions ``ServerEvent`` and ``ClientEvent``.
    """
    # Importing cattrs takes longer than importing the codec, and few programs need it.
    import cattrs  # noqa: PLC0415 - see above

    converter = cattrs.Converter()

    @converter.register_structure_hook_factory(_is_wire_class)
    def _structure_class(cls: type[WireObject]) -> Any:
        def structure_class(raw: Mapping[str, Any], _: object) -> WireObject:
            return structure(raw, cls)

        return structure_class

    converter.register_structure_hook(ServerEvent, lambda raw, _: structure_server_event(raw))
    converter.register_structure_hook(ClientEvent, lambda raw, _: structure_client_event(raw))
    converter.register_unstructure_hook_func(_is_vocabulary, unstructure)
    return converter


def _is_wire_class(cls: Any) -> bool:
    return isinstance(cls, type) and issubclass(cls, WireObject)


def _is_vocabulary(cls: Any) -> bool:
    return _is_wire_class(cls) or cls in _RAW or cls in (ServerEvent, ClientEvent)
