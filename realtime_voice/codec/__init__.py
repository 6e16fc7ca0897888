"""Text frames to events and back, both ways, for both roles.

A client calls :func:`decode_server_event` and :func:`encode_client_event`, a server the other two.

What is unknown is data: an unknown type becomes ``Unknown...Event``, an event of a known type in
which a field is of the wrong kind becomes ``Malformed...Event`` and names the field. Only what is
no event at all is an error. Encoding what was decoded gives equal JSON, for every frame.

Decides nothing and waits for nothing: text becomes data, and data becomes text.
"""

from realtime_voice.codec._append import encode_append
from realtime_voice.codec._converter import make_converter
from realtime_voice.codec._events import (
    decode_client_event,
    decode_server_event,
    encode_client_event,
    encode_server_event,
    structure,
    structure_client_event,
    structure_server_event,
    unstructure,
)
from realtime_voice.codec._frames import MAX_DEPTH, MAX_FRAME_BYTES

__all__ = [
    "MAX_DEPTH",
    "MAX_FRAME_BYTES",
    "decode_client_event",
    "decode_server_event",
    "encode_append",
    "encode_client_event",
    "encode_server_event",
    "make_converter",
    "structure",
    "structure_client_event",
    "structure_server_event",
    "unstructure",
]
