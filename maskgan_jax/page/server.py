"""Serves the page that takes masks off, on this computer alone.

The standard library serves it: one user on the loopback needs no more, and
photos stay in memory, the last one until another comes, where web frameworks
keep uploads in files. The page itself is in the folder static/.
"""

import http.server
import json
import pathlib
import sys
import threading
import traceback
from typing import Any

from maskgan_jax import unmasking
from maskgan_jax.common import errors
from maskgan_jax.page import requests

HOST = "127.0.0.1"
# Of a request: a photo, its references and a mask in base64. The page sends
# files of up to 64 MiB, which hold any camera's photo.
MAX_BODY = 100 * 2**20
# A client that stops in the middle is given up after so many seconds.
_PATIENCE = 60
_FOLDER = pathlib.Path(__file__).parent / "static"
_PAGES = {
  "/": ("index.html", "text/html; charset=utf-8"),
  "/page.css": ("page.css", "text/css; charset=utf-8"),
  "/page.js": ("page.js", "text/javascript; charset=utf-8"),
}
_HEADERS = {
  "Cache-Control": "no-store",
  # The page may reach its own server and nothing else.
  "Content-Security-Policy": (
    "default-src 'none'; script-src 'self'; style-src 'self';"
    " connect-src 'self'; img-src data:; form-action 'none';"
    " frame-ancestors 'none'; base-uri 'none'"
  ),
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
}


class Server(http.server.ThreadingHTTPServer):
  """The page's server, on the loopback alone."""

  daemon_threads = True

  def __init__(self, unmasker: unmasking.Unmasker, port: int):
    """Binds the port; 0 takes a free one, which `url` tells.

    Raises:
      errors.UserError: the port is taken or none.
    """
    self.answers = requests.Answers(unmasker)
    # Photos are worked on one by one: two large ones may not fit the memory.
    self.lock = threading.Lock()
    try:
      super().__init__((HOST, port), _Handler)
    except (OSError, OverflowError) as error:
      raise errors.UserError(
        f"Port {port} cannot be used ({error}). Give another --port, or end the"
        " program that has it."
      ) from error
    names = (HOST, "localhost")
    self.hosts = {f"{name}:{self.server_port}" for name in names}

  @property
  def url(self) -> str:
    return f"http://{HOST}:{self.server_port}/"


class _Handler(http.server.BaseHTTPRequestHandler):
  timeout = _PATIENCE
  server: Server

  def do_GET(self):
    if not self._is_own():
      return
    if self.path not in _PAGES:
      self._send_error(404, "There is no such page.")
      return
    name, kind = _PAGES[self.path]
    self._send(200, (_FOLDER / name).read_bytes(), kind)

  def do_POST(self):
    if not self._is_own():
      return
    if self.path != "/unmask":
      self._send_error(404, "There is no such page.")
      return
    length = self.headers.get("Content-Length", "")
    if not length.isdecimal():
      self._send_error(411, "The request does not say how long it is.")
      return
    if int(length) > MAX_BODY:
      self._send_error(
        413,
        f"The photo's file is too large: with its references and mask it has"
        f" {int(length) / 2**20:.0f} MiB, and {MAX_BODY // 2**20} are taken."
        " Reduce the photo first.",
      )
      return
    status, content = self._answer(self.rfile.read(int(length)))
    self._send(status, json.dumps(content).encode(), "application/json")

  def _answer(self, body: bytes) -> tuple[int, dict[str, Any]]:
    try:
      request = requests.parse(body)
      with self.server.lock:
        return 200, self.server.answers(request)
    except errors.UserError as error:
      return 400, {"error": str(error)}
    except Exception:  # The next photo must find the server as it was.
      traceback.print_exc(file=sys.stderr)
      return 500, {
        "error": "This photo made the program fail; its terminal says where."
        " Other photos are not affected."
      }

  def _is_own(self) -> bool:
    """Whether the page itself asks, and no other site through the browser."""
    host = self.headers.get("Host", "")
    origin = self.headers.get("Origin", f"http://{host}")
    if host in self.server.hosts and origin == f"http://{host}":
      return True
    self._send_error(403, f"Open the page as {self.server.url}.")
    return False

  def _send_error(self, status: int, message: str) -> None:
    self.close_connection = True
    content = json.dumps({"error": message}).encode()
    self._send(status, content, "application/json")

  def _send(self, status: int, content: bytes, kind: str) -> None:
    self.send_response(status)
    for name, value in {
      **_HEADERS,
      "Content-Type": kind,
      "Content-Length": str(len(content)),
    }.items():
      self.send_header(name, value)
    self.end_headers()
    self.wfile.write(content)

  def log_message(self, format, *arguments):
    """Says nothing: who asked for what is kept nowhere."""


def serve(unmasker: unmasking.Unmasker, port: int) -> None:
  """Serves the page until it is interrupted.

  Args:
    unmasker: the networks.
    port: of the loopback.

  Raises:
    errors.UserError: the port is taken.
  """
  with Server(unmasker, port) as server:
    print(f"Open {server.url} in a browser; Ctrl-C ends.", flush=True)
    try:
      server.serve_forever()
    except KeyboardInterrupt:
      print("\nEnded.")
