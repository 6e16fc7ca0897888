"""Measure the resampler and print the table of ``docs/explanation/resampling.md``.

    python benchmarks/resample.py

Filter figures come from tones through the filter before it rounds to 16 bits; the error of a 1 kHz
tone and the times come from the whole :class:`StreamResampler`, in chunks of 20 ms.
"""

import time

import numpy as np

from realtime_voice.audio import StreamResampler
from realtime_voice.audio._polyphase import FILTER_SCALE, MAX_SUMMED_SAMPLE, Polyphase
from realtime_voice.formats import AudioFormat

PAIRS = (
    (8_000, 24_000), (24_000, 8_000), (16_000, 24_000), (24_000, 16_000), (22_050, 24_000),
    (24_000, 22_050), (44_100, 24_000), (24_000, 44_100), (48_000, 24_000), (24_000, 48_000),
    (48_000, 8_000), (44_100, 16_000), (11_025, 24_000), (12_345, 24_000), (44_101, 24_000),
)  # fmt: skip
SECONDS = 0.2
FLAT_DB = 0.2


def tone(frequency, rate, seconds, level):
    """A sine, rounded to whole numbers."""
    return np.rint(level * np.sin(2 * np.pi * frequency * np.arange(int(rate * seconds)) / rate))


def fit(samples, frequency, rate):
    """The gain of a tone in some samples, and the root mean square of all that is not the tone."""
    angle = 2 * np.pi * frequency * np.arange(len(samples)) / rate
    waves = np.stack((np.sin(angle), np.cos(angle)), axis=1)
    coefficients = np.linalg.lstsq(waves, samples, rcond=None)[0]
    return np.hypot(*coefficients), np.std(samples - waves @ coefficients)


def filtered(frequency, rate_in, rate_out):
    """A full-scale tone after the filter, without its edges; full scale is 1."""
    samples = tone(frequency, rate_in, SECONDS, MAX_SUMMED_SAMPLE)
    result = Polyphase(rate_in, rate_out, 1).push(samples[np.newaxis])[0]
    edge = rate_out // 50
    return result[edge:-edge] / FILTER_SCALE / MAX_SUMMED_SAMPLE


def passband(rate_in, rate_out):
    """Hz up to which the gain stays within FLAT_DB, and at which it is 3 dB lower."""
    frequencies = np.arange(0.5, 1.0, 0.005) * min(rate_in, rate_out) / 2
    gains = np.array([fit(filtered(f, rate_in, rate_out), f, rate_out)[0] for f in frequencies])
    levels = 20 * np.log10(gains)
    outside = np.argmax(np.abs(levels) > FLAT_DB)
    return frequencies[outside - 1], frequencies[np.argmax(levels < -3)]


def rejection(rate_in, rate_out):
    """The Hz from which tones must not fold (or be mirrored), and the worst that is left, in dB."""
    nyquist = min(rate_in, rate_out) / 2
    start = (1.0 if nyquist >= 8_000 else 1.1) * nyquist
    if rate_out < rate_in:
        frequencies = np.linspace(1.003 * start, 0.98 * rate_in / 2, 60)
        left = max(np.std(filtered(f, rate_in, rate_out)) for f in frequencies)
    else:
        # What lies at f below is mirrored to 2 * nyquist - f above.
        frequencies = np.linspace(0.1 * nyquist, 2 * nyquist - 1.003 * start, 60)
        left = max(fit(filtered(f, rate_in, rate_out), f, rate_out)[1] for f in frequencies)
    return start, -20 * np.log10(left * np.sqrt(2))


def streaming(rate_in, rate_out):
    """Delay in ms, largest error of a 1 kHz tone in 16 bit steps, and best time for a chunk."""
    source, target = AudioFormat(rate=rate_in), AudioFormat(rate=rate_out)
    resampler = StreamResampler(source, target)
    sound = tone(1000, rate_in, 2, 32_000).astype("<i2").tobytes()
    size = source.bytes_in(20)
    pieces, times = [], []
    for start in range(0, len(sound), size):
        before = time.perf_counter()
        pieces.append(resampler.process(sound[start : start + size]))
        times.append(time.perf_counter() - before)
    samples = np.frombuffer(b"".join(pieces), "<i2")
    ideal = 32_000 * np.sin(2 * np.pi * 1000 * np.arange(len(samples)) / rate_out)
    edge = rate_out // 50
    error = np.abs(samples - ideal)[edge:-edge].max()
    return resampler.delay_ms, error, np.percentile(times, 10) * 1e6


def main():
    """Print one line for each pair of rates."""
    print(
        f"| rates (Hz) | delay (ms) | flat to ±{FLAT_DB} dB (Hz) | -3 dB (Hz) |"
        " rejects from (Hz) | rejection (dB) | 1 kHz error (steps) | per 20 ms (µs) |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for rate_in, rate_out in PAIRS:
        delay, error, cost = streaming(rate_in, rate_out)
        flat, half = passband(rate_in, rate_out)
        start, rejected = rejection(rate_in, rate_out)
        print(
            f"| {rate_in} → {rate_out} | {delay:.2f} | {flat:.0f} | {half:.0f} | {start:.0f} |"
            f" {rejected:.0f} | {error:.1f} | {cost:.0f} |"
        )


if __name__ == "__main__":
    main()
