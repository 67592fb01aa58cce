"""A provider of identities for tests, on loopback over plain http: whoever comes is let in, as the test says."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlparse

from joserfc import jwk, jwt

KEY = jwk.RSAKey.generate_key(2048, {"kid": "one"})


class Identities(ThreadingHTTPServer):
    """`claims` is what it says of whoever asks next."""

    claims: dict[str, Any]
    nonces: dict[str, str]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    server: Identities  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self) -> None:
        asked, query = urlparse(self.path).path, parse_qs(urlparse(self.path).query)
        if asked == "/authorize":
            code = f"code{len(self.server.nonces)}"
            self.server.nonces[code] = query["nonce"][0]
            back = urlencode({"code": code, "state": query["state"][0]})
            self.send_response(302)
            self.send_header("Location", f"{query['redirect_uri'][0]}?{back}")
            self.end_headers()
        else:
            self.say({"keys": [KEY.as_dict(private=False)]} if asked == "/keys" else self.described())

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        now = int(time.time())
        nonce = self.server.nonces[form["code"][0]]
        claims = {"iss": self.server.address, "aud": "thaw", "iat": now, "exp": now + 600, "nonce": nonce}
        token = jwt.encode({"alg": "RS256", "kid": "one"}, {**claims, **self.server.claims}, KEY)
        self.say({"access_token": "any", "token_type": "Bearer", "expires_in": 600, "id_token": token})

    def described(self) -> dict[str, Any]:
        address = self.server.address
        return {
            "issuer": address,
            "authorization_endpoint": f"{address}/authorize",
            "token_endpoint": f"{address}/token",
            "jwks_uri": f"{address}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def say(self, content: dict[str, Any]) -> None:
        said = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: Any) -> None:
        """Tests are quiet."""


@contextmanager
def identities() -> Iterator[Identities]:
    with Identities(("127.0.0.1", 0), Answers) as server:
        server.claims, server.nonces = {}, {}
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
