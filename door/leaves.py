"""The door's own leaves of HTML: to sign in and to sign out, from nowhere but this server, in light and dark."""

from html import escape

from starlette.responses import HTMLResponse

STYLE = """
:root { color-scheme: light dark; --ground: #FFFFFF; --text: #14212E; --quiet: #4A5B6C; --primary: #0B5CAD;
        --on-primary: #FFFFFF; --error: #B42318; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #0F1720; --text: #E6EDF3; --quiet: #9FB0C0; --primary: #6CB4F0; --on-primary: #0F1720;
          --error: #FF8A80; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 26rem; margin: 0 auto; padding: 12vh 1rem 2rem; overflow-wrap: anywhere; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 .5rem; }
p { margin: 0 0 1.25rem; }
label, summary { display: block; font-weight: 600; margin-top: 1rem; }
summary { display: list-item; cursor: pointer; color: var(--quiet); font-weight: 400; }
a { color: var(--primary); }
input { width: 100%; font: inherit; padding: .6rem .75rem; margin-top: .25rem; color: inherit;
        background: transparent; border: 1px solid var(--quiet); border-radius: .5rem; }
button, a.button { display: block; width: 100%; font: inherit; font-weight: 600; text-align: center;
         padding: .7rem 1rem; margin-top: 1.5rem; color: var(--on-primary);
         background: var(--primary); border: 0; border-radius: .5rem;
         cursor: pointer; text-decoration: none; }
:focus-visible { outline: 3px solid var(--primary); outline-offset: 2px; }
[role=alert] { color: var(--error); font-weight: 600; }
small { color: var(--quiet); font-size: 14px; font-weight: 400; }
"""
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def leaf(title: str, body: str, status: int = 200) -> HTMLResponse:
    """A whole document; `body` is HTML, the title is text."""
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} · Thaw</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
    return HTMLResponse(page, status, HEADERS)


def room_form(room: str, token: str, onward: str, name: str = "", wrong: str = "") -> str:
    alert = f'<p role="alert" id="wrong">{escape(wrong)}</p>' if wrong else ""
    told = ' aria-describedby="wrong" aria-invalid="true"' if wrong else ""
    return (
        f"<p>{escape(room)} trains networks together. What you do here is yours, until you share it.</p>{alert}"
        f'<form method="post">{_hidden("token", token)}{_hidden("next", onward)}'
        f'<label>Your name<input name="name" value="{escape(name)}" required maxlength="60" autocomplete="nickname">'
        f"</label><label>Passphrase of the room"
        f'<input name="passphrase" type="password" required maxlength="1000" autocomplete="current-password"{told}>'
        "</label><details><summary>I have been here before, on another device</summary>"
        '<label>Your code <small>It stands in the side bar, there.</small><input name="code" maxlength="60" '
        'autocomplete="off" autocapitalize="none" spellcheck="false"></label></details>'
        "<button>Come in</button></form>"
    )


def provider_link(provider: str, way: str) -> str:
    return (
        "<p>What you do here is yours, until you share it.</p>"
        f'<a class="button" href="{escape(way)}">Sign in with {escape(provider)}</a>'
    )


def sign_out_form(token: str, code: str) -> str:
    way_back = f"To come back as yourself, keep this code: <strong>{escape(code)}</strong>" if code else ""
    return (
        f"<p>Your runs stay. {way_back}</p>"
        f'<form method="post">{_hidden("token", token)}<button>Sign out</button></form>'
        '<p><br><a href="/">Stay</a></p>'
    )


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'
