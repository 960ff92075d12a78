"""Reads a site's own roles from its file."""

from pathlib import Path

from k8s_sync.claims.site_roles import SiteRule, parse
from k8s_sync.errors import ConfigError


def read(path: str) -> tuple[SiteRule, ...]:
    """Reads rules; none if there is no file.

    Raises:
        ConfigError: It cannot be read, or something in it is wrong; says where.
    """
    if not path:
        return ()
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise ConfigError(f"{path}: {reason}") from None
    return parse(text, path)
