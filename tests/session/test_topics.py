"""How much memory what is published counts for."""

import gc
import tracemalloc

from realtime_voice.codec import decode_server_event
from realtime_voice.session._topics import event_bytes


def test_memory_is_weighed_rather_too_high() -> None:
    """An event never takes more memory than it counts, also one that is made to take much."""
    spoken = '"response_id":"r","item_id":"i","output_index":0,"content_index":0'
    nested = ",".join(["[]"] * 3_000)
    frames = [
        f'{{"type":"response.output_audio.delta","event_id":"e",{spoken},"delta":"{"A" * 9600}"}}',
        f'{{"type":"response.output_text.delta","event_id":"e",{spoken},"delta":"word"}}',
        f'{{"type":"brand.new","list":[{nested}]}}',
        '{"type":"brand.new",' + ",".join(f'"{n}":{{}}' for n in range(900)) + "}",
    ]
    for frame in frames:
        decode_server_event(frame)
        gc.collect()
        tracemalloc.start()
        try:
            kept = [decode_server_event(frame) for _ in range(50)]
            gc.collect()
            taken = tracemalloc.get_traced_memory()[0] / 50
        finally:
            tracemalloc.stop()
        assert taken <= event_bytes(kept[0], frame) * 1.1
