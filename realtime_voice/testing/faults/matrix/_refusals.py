"""Rows 5 to 10 and 35: the server says no, over HTTP or in a session that it ends at once."""

from collections.abc import Mapping
from typing import Any

import anyio

from realtime_voice.errors import (
    AuthError,
    QuotaExhausted,
    RateLimited,
    RealtimeError,
    RequestRejected,
    ServerUnavailable,
)
from realtime_voice.testing.faults import AfterEvents, Close, Refuse, RefuseSession
from realtime_voice.testing.faults.matrix._acts import connected, end_of
from realtime_voice.testing.faults.matrix._expect import (
    expect,
    expect_error,
    expect_failure,
    within,
)
from realtime_voice.testing.faults.matrix._peers import counting
from realtime_voice.testing.faults.matrix._rows import ANYWHERE, SOCKETS, Case, Check, Row
from realtime_voice.testing.faults.matrix._secrets import expect_no_secret
from realtime_voice.testing.faults.matrix._world import Place, World

__all__ = ["ROWS"]

_LARGEST_BODY = 64 << 10
_REQUEST_ID = "req_matrix"


async def _failure(place: Place, kind: type[RealtimeError], **fields: Any) -> BaseException:
    """How connecting fails, without a trace of the key."""
    error = await expect_failure(place.connect(), kind, **fields)
    expect_no_secret(error, place.server.token)
    return error


def _refused(
    status: int,
    kind: type[RealtimeError],
    *,
    headers: Mapping[str, str] | None = None,
    code: str | None = None,
    **fields: Any,
) -> Check:
    """Each status is an error of its own, with what the answer told."""

    async def check(world: World) -> None:
        given = {"x-request-id": _REQUEST_ID, **(headers or {})}
        fault = Refuse(status=status, headers=given, code=code, message="No, said the server.")
        async with world.serving(fault) as place:
            error = await _failure(
                place, kind, status=status, code=code, request_id=_REQUEST_ID, **fields
            )
            expect("No, said the server." in str(error), f"{error} does not say why")

    return check


def _long_refusal(*, endless: bool, bytes_per_s: float | None) -> Check:
    async def check(world: World) -> None:
        fault = Refuse(status=401, body=b"x" * 100_000, endless=endless, bytes_per_s=bytes_per_s)
        async with world.serving(fault) as place:
            async with within(3, "reading the refusal"):
                error = await _failure(place, AuthError, status=401)
            size = len(getattr(error, "body", ""))
            expect(size <= _LARGEST_BODY, f"{size} bytes of the body were kept")
            expect(len(str(error)) < 1000, f"a message of {len(str(error))} characters")

    return check


def _refused_session(
    close_code: int, code: str, kind: type[RealtimeError], *, param: str | None = None
) -> Check:
    async def check(world: World) -> None:
        fault = RefuseSession(
            code=code, message="No, said the server.", param=param, close_code=close_code
        )
        fields = {} if kind is AuthError else {"param": param}
        async with world.serving(fault) as place:
            error = await _failure(place, kind, code=code, retryable=False, **fields)
            expect("No, said the server." in str(error), f"{error} does not say why")

    return check


def _session_refused_once(close_code: int, code: str, kind: type[RealtimeError]) -> Check:
    """A session that is refused says so at once, and does not come again."""

    async def check(world: World) -> None:
        fault = RefuseSession(code=code, close_code=close_code)
        async with world.serving(fault) as place:
            session = place.session()
            async with within(4, "refusing the session"):
                await expect_failure(session.run(), kind, code=code, retryable=False)
            await anyio.sleep(0.1)
            count = len(place.server.sessions)
            expect(count == 1, f"{count} connections instead of one")

    return check


async def _redirect(world: World) -> None:
    async with counting() as other:
        fault = Refuse(status=302, headers={"Location": f"{other.url}/there"})
        async with world.serving(fault) as place:
            error = await _failure(place, RequestRejected, status=302, retryable=False)
            expect("redirect" in str(error), f"{error} does not tell of a redirect")
            await anyio.sleep(0.05)
            expect(other.accepted == 0, "the other address was asked")


def _closed_for_good(code: int, kind: type[RealtimeError]) -> Check:
    async def check(world: World) -> None:
        fault = Close(code=code, reason="invalid_request_error.some_code", when=AfterEvents())
        async with world.serving(fault) as place, connected(place) as transport:
            expect_error(await end_of(transport), kind, status=code, retryable=False)

    return check


ROWS = (
    Row(
        number=5,
        fault="401 or 403 instead of an upgrade",
        must="AuthError with status, code and request id, not retryable; at most 64 KiB of the "
        "answer, for at most 2 s; the key shows nowhere",
        cases=(
            Case(
                name="401",
                check=_refused(401, AuthError, code="invalid_api_key", retryable=False),
                on=ANYWHERE,
            ),
            Case(name="403", check=_refused(403, AuthError, retryable=False), on=ANYWHERE),
            Case(name="endless body", check=_long_refusal(endless=True, bytes_per_s=None)),
            Case(name="slow body", check=_long_refusal(endless=False, bytes_per_s=2000)),
        ),
    ),
    Row(
        number=6,
        fault="a bad key is upgraded first, then told by an error event and close 3000",
        must="AuthError, not retryable, the first time, and only one connection",
        cases=(
            Case(
                name="connection",
                check=_refused_session(3000, "invalid_api_key", AuthError),
                on=ANYWHERE,
            ),
            Case(
                name="session",
                check=_session_refused_once(3000, "invalid_api_key", AuthError),
                on=ANYWHERE,
            ),
        ),
    ),
    Row(
        number=7,
        fault="the model, the address or a setting is refused: 400, 404, close 4000",
        must="RequestRejected with status, code and the setting's name; not retryable",
        cases=(
            Case(name="404", check=_refused(404, RequestRejected, retryable=False), on=ANYWHERE),
            Case(
                name="400",
                check=_refused(400, RequestRejected, code="bad", retryable=False),
                on=ANYWHERE,
            ),
            Case(
                name="unknown model",
                check=_refused_session(4000, "invalid_model", RequestRejected, param="model"),
                on=ANYWHERE,
            ),
            Case(
                name="beta header",
                check=_refused_session(4000, "beta_api_shape_disabled", RequestRejected),
                on=ANYWHERE,
            ),
        ),
    ),
    Row(
        number=8,
        fault="429 with Retry-After",
        must="RateLimited with retry_after in seconds, retryable; an exhausted quota is "
        "QuotaExhausted, not retryable",
        cases=(
            Case(
                name="too many requests",
                check=_refused(
                    429, RateLimited, headers={"Retry-After": "7"}, retry_after=7.0, retryable=True
                ),
                on=ANYWHERE,
            ),
            Case(
                name="quota",
                check=_refused(429, QuotaExhausted, code="insufficient_quota", retryable=False),
                on=ANYWHERE,
            ),
        ),
    ),
    Row(
        number=9,
        fault="500, 502, 503 or 504",
        must="ServerUnavailable with the status, retryable",
        cases=tuple(
            Case(
                name=str(status),
                check=_refused(status, ServerUnavailable, retryable=True),
                on=ANYWHERE,
            )
            for status in (500, 502, 503, 504)
        ),
    ),
    Row(
        number=10,
        fault="a redirect to another address",
        must="RequestRejected; nobody asks the other address, so the key stays here",
        cases=(Case(name="302", check=_redirect, on=ANYWHERE),),
    ),
    Row(
        number=35,
        fault="the server closes with a code that means no: 1008, 3000, 4000 to 4999",
        must="AuthError for 3000, else RequestRejected; not retryable",
        cases=(
            Case(name="1008", check=_closed_for_good(1008, RequestRejected), on=ANYWHERE),
            Case(name="3000", check=_closed_for_good(3000, AuthError), on=ANYWHERE),
            Case(name="4000", check=_closed_for_good(4000, RequestRejected), on=ANYWHERE),
            Case(name="4999", check=_closed_for_good(4999, RequestRejected), on=SOCKETS),
        ),
    ),
)
