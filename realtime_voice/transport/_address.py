"""Addresses of services and proxies: checked once, shown without credentials, never reinterpreted.

The parts are read here and the address is put together from the parts, so that the host which was
checked is the host which is asked. Needs no HTTP library, so that a client is cheap to make.
"""

import ipaddress
import re
import ssl
import urllib.parse
from collections.abc import Mapping

import attrs

from realtime_voice.errors import ConfigError
from realtime_voice.transport._secret import Secret

__all__ = [
    "Address",
    "ProxyAddress",
    "check_ssl_context",
    "is_credential",
    "is_loopback",
    "untrustworthy",
]

_SCHEMES = {"https": "https", "wss": "https", "http": "http", "ws": "http"}
_PROXY_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
_PORTS = {"https": 443, "http": 80}
_HOST = re.compile(r"[^\W_]([\w.-]*\w)?\.?")
_PATH = re.compile(r"[!-~]*")
_CREDENTIAL = re.compile("api[-_]?key|token|secret|password|authorization|signature", re.IGNORECASE)


@attrs.frozen(kw_only=True)
class Address:
    """Where a service is."""

    scheme: str
    """``https`` or ``http``."""
    host: str
    """Name or IP address, in lower case and without brackets."""
    port: int
    """TCP port."""
    path: str
    """Path, percent-encoded; may be empty."""
    query: Mapping[str, str]
    """Parameters, decoded."""

    @classmethod
    def parse(cls, text: object, *, field: str = "base_url") -> "Address":
        """Read an address and refuse what would give the credentials away.

        Args:
            text: ``https://host/path`` or ``wss://...``; ``http`` and ``ws`` for this machine.
            field: What the option is called.

        Returns:
            The address, always ``https`` or ``http``.

        Raises:
            ConfigError: It cannot be read, holds credentials, or is not encrypted and elsewhere.
        """
        parts = _split(text)
        if parts is None or parts.scheme not in _SCHEMES or not _PATH.fullmatch(parts.path):
            raise ConfigError(
                f"{field} must look like https://api.openai.com/v1 (https, wss, or http and ws to "
                "this machine)",
                field=field,
            )
        query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
        if "@" in parts.netloc or any(is_credential(name) for name in query):
            raise ConfigError(
                f"{field} must hold no credentials, because addresses are logged: use api_key= or "
                "headers={'api-key': ...}",
                field=field,
            )
        scheme, host = _SCHEMES[parts.scheme], parts.hostname or ""
        if scheme == "http" and not is_loopback(host):
            raise ConfigError(
                f"{field} would send the API key in clear to {host}: use https (plain http is for "
                "this machine only)",
                field=field,
                value=f"{scheme}://{parts.netloc}{parts.path}",
            )
        port = parts.port or _PORTS[scheme]
        return cls(scheme=scheme, host=host, port=port, path=parts.path, query=query)

    def joined(self, path: str, query: Mapping[str, str]) -> "Address":
        """The address of something below this one.

        Args:
            path: More of the path, beginning with a slash.
            query: More parameters; they win over those of the same name.
        """
        return attrs.evolve(self, path=self.path.rstrip("/") + path, query={**self.query, **query})

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        query = urllib.parse.urlencode(self.query, quote_via=urllib.parse.quote)
        return f"{self.scheme}://{host}{port}{self.path}{'?' if query else ''}{query}"


@attrs.frozen(kw_only=True)
class ProxyAddress:
    """Where a proxy is; its credentials are only in the secret."""

    host: str
    """Name or IP address."""
    port: int
    """TCP port."""
    url: Secret
    """The whole address, with the credentials."""

    @classmethod
    def parse(cls, text: object) -> "ProxyAddress | None":
        """Read ``http://user:password@host:port`` (or ``https``, ``socks5``, ``socks5h``).

        Returns:
            The address; None where the text is none.
        """
        parts = _split(text)
        if parts is None or parts.scheme not in _PROXY_PORTS or not isinstance(text, str):
            return None
        try:
            url = Secret(text, name="proxy")
        except ConfigError:
            return None
        return cls(
            host=parts.hostname or "", port=parts.port or _PROXY_PORTS[parts.scheme], url=url
        )


def is_credential(name: str) -> bool:
    """Whether a query parameter is called like a credential; those belong into headers."""
    return _CREDENTIAL.search(name) is not None


def is_loopback(host: str) -> bool:
    """Whether a host name means this very machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_ssl_context(context: object, host: str) -> None:
    """Refuse what is no context, and a context that would trust anybody.

    Args:
        context: What the user gave.
        host: Where it is used; at loopback every context is allowed.

    Raises:
        ConfigError: The context does not verify the server.
    """
    if not isinstance(context, ssl.SSLContext):
        raise ConfigError(
            f"ssl_context must be an ssl.SSLContext, not {type(context).__name__}: verification "
            "cannot be switched off; use ssl.create_default_context(cafile=...) with the "
            "authority to trust",
            field="ssl_context",
        )
    if is_loopback(host):
        return
    problem = untrustworthy(context)
    if problem is not None:
        raise ConfigError(
            f"ssl_context {problem} {host}, so anybody could read the API key; use "
            "ssl.create_default_context(cafile=...) with the authority to trust",
            field="ssl_context",
        )


def untrustworthy(context: ssl.SSLContext) -> str | None:
    """Why connections with a context are not to be trusted; None: they are."""
    if context.verify_mode != ssl.CERT_REQUIRED or not context.check_hostname:
        return "does not verify the certificate of"
    if context.minimum_version < ssl.TLSVersion.TLSv1_2 and not (
        ssl.OP_NO_TLSv1_1 & context.options and ssl.OP_NO_TLSv1 & context.options
    ):
        return "allows a TLS version older than 1.2 to"
    return None


def _split(text: object) -> urllib.parse.SplitResult | None:
    """Parts of an address with a sound host and port; None where there are none."""
    if not isinstance(text, str):
        return None
    try:
        parts = urllib.parse.urlsplit(text.strip())
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname or ""
    if port == 0 or "\\" in text or parts.netloc.endswith(":"):
        return None
    if ":" in host:
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            return None
        return parts
    return parts if _HOST.fullmatch(host) else None
