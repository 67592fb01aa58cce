"""The addresses of the door, and where it may send somebody on to: never to another place than this server."""

SIGN_IN = "/sign-in"
SIGN_OUT = "/sign-out"


def onward(wanted: str | None) -> str:
    """The page that was asked for before signing in; the front page where that is no address of this server."""
    wanted = wanted or "/"
    own = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted and wanted.isprintable()
    return wanted if own and not wanted.startswith((SIGN_IN, SIGN_OUT)) else "/"
