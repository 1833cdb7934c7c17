import base64
import hashlib
import http.client
import importlib.util
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import threading

import numpy as np
import pytest
from PIL import Image

from maskgan_jax.common import errors
from maskgan_jax.faces import embedding
from maskgan_jax.page import server
from maskgan_jax.unmasking.references import album
from tests import command_line, pictures
from tests.fakes import unmasker
from tests.unmasking.references import people

PHOTO = pictures.encode(unmasker.photo())
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


class _Failing(unmasker.Unmasker):
  """Fails, as a defect would, on photos with a white corner."""

  def find(self, image, *arguments):
    if image[0, 0].min() == 255:
      raise RuntimeError("a defect")
    return super().find(image, *arguments)


@pytest.fixture(scope="module")
def running():
  with server.Server(_Failing(), 0) as made:
    thread = threading.Thread(target=made.serve_forever, args=(0.05,))
    thread.start()
    yield made
    made.shutdown()
    thread.join()


@pytest.fixture
def ask(running):
  """Sends a request; returns status, headers and content."""

  def send(method, path, body=None, **headers):
    connection = http.client.HTTPConnection(
      server.HOST, running.server_port, timeout=30
    )
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, response.headers, content

  return send


def _body(photo=PHOTO, **changes):
  fields = {
    "name": "photo.png",
    "photo": base64.b64encode(photo).decode(),
    "mask": None,
    "badge": False,
    "sample": 0,
    "references": [],
  }
  return json.dumps(fields | changes).encode()


def test_the_page_and_what_it_needs(ask):
  for path, kind in [
    ("/", "text/html"),
    ("/page.js", "text/javascript"),
    ("/page.css", "text/css"),
  ]:
    status, headers, content = ask("GET", path)
    assert status == 200 and headers["Content-Type"].startswith(kind)
    assert content and headers["Cache-Control"] == "no-store"
    # Nothing of the page comes from elsewhere, or could.
    assert b"://" not in content
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_no_other_file_is_served(ask):
  for path in ("/index.html", "/../web.py", "/%2e%2e/web.py", "/page.js?x"):
    assert ask("GET", path)[0] == 404
  assert ask("POST", "/", _body())[0] == 404


def test_an_answer(ask):
  status, headers, content = ask("POST", "/unmask", _body())
  assert status == 200 and headers["Content-Type"] == "application/json"
  found = json.loads(content)
  result = Image.open(io.BytesIO(base64.b64decode(found["file"])))
  assert result.getpixel((104, 130)) == unmasker.COLOUR


def test_one_bad_upload_never_hurts_the_next(ask, capsys):
  white = unmasker.photo()
  white[0, 0] = 255
  for body, status, message in [
    (b"{", 400, "no request of the page"),
    (_body(b"text"), 400, "photo.png: not a readable picture"),
    (_body(PHOTO[:200]), 400, "photo.png: not a readable picture"),
    (_body(pictures.encode(white)), 500, "made the program fail"),
  ]:
    found = ask("POST", "/unmask", body)
    assert found[0] == status and message in json.loads(found[2])["error"]
    assert ask("POST", "/unmask", _body())[0] == 200
  assert "RuntimeError: a defect" in capsys.readouterr().err


def test_too_much_is_refused_unread(ask, running):
  size = str(server.MAX_BODY + 1)
  with socket.create_connection((server.HOST, running.server_port)) as client:
    client.sendall(
      f"POST /unmask HTTP/1.1\r\nHost: 127.0.0.1:{running.server_port}\r\n"
      f"Content-Length: {size}\r\n\r\n".encode()
    )
    client.settimeout(10)
    content = client.makefile("rb").read()
  assert b" 413 " in content and b"100 MiB, and 100 are taken" in content
  assert ask("POST", "/unmask", _body())[0] == 200


def test_a_request_must_say_its_length(running, ask):
  with socket.create_connection((server.HOST, running.server_port)) as client:
    client.sendall(
      f"POST /unmask HTTP/1.1\r\nHost: 127.0.0.1:{running.server_port}\r\n"
      "\r\n".encode()
    )
    assert b" 411 " in client.makefile("rb").readline()


def test_a_client_that_leaves_hurts_nobody(running, ask):
  with socket.create_connection((server.HOST, running.server_port)) as client:
    client.sendall(
      f"POST /unmask HTTP/1.1\r\nHost: 127.0.0.1:{running.server_port}\r\n"
      "Content-Length: 5000\r\n\r\nshort".encode()
    )
  assert ask("POST", "/unmask", _body())[0] == 200


def test_other_sites_are_refused(ask, running):
  """A site whose name was bound to the loopback, and one that posts to it."""
  status, _, content = ask("GET", "/", Host="evil.example")
  assert status == 403 and running.url.encode() in content
  status, _, _ = ask("POST", "/unmask", _body(), Origin="http://evil.example")
  assert status == 403
  assert ask("GET", "/", Host=f"localhost:{running.server_port}")[0] == 200


def test_nothing_is_kept_on_disk(ask, tmp_path, monkeypatch):
  opened = []

  def hook(event, arguments):
    if event == "open" and isinstance(arguments[2], int):
      if arguments[2] & (os.O_WRONLY | os.O_RDWR):
        opened.append(arguments[0])

  sys.addaudithook(hook)
  assert ask("POST", "/unmask", _body())[0] == 200
  assert not opened


def test_it_listens_on_the_loopback_alone(running):
  assert running.server_address[0] == "127.0.0.1"


def test_a_taken_port(running):
  with pytest.raises(
    errors.UserError, match=rf"Port {running.server_port} cannot be used"
  ):
    server.Server(unmasker.Unmasker(), running.server_port)


def test_the_script_serves_the_page(tmp_path):
  process = subprocess.Popen(
    [sys.executable, "scripts/serve.py", "--port=0"],
    cwd=command_line.ROOT,
    stdout=subprocess.PIPE,
    text=True,
  )
  try:
    line = process.stdout.readline()
    assert line.startswith("Open http://127.0.0.1:")
    port = int(line.split(":")[2].split("/")[0])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/")
    assert b"Take a mask off" in connection.getresponse().read()
    connection.close()
  finally:
    process.terminate()
    process.wait()
    process.stdout.close()
  assert "no run here" in command_line.fail("serve", f"--workdir={tmp_path}")


# The page, driven in a browser.


@pytest.fixture(scope="module")
def browser():
  if not importlib.util.find_spec("playwright"):
    pytest.skip("playwright not installed (requirements/test.txt)")
  if not CHROMIUM:
    pytest.skip("no chromium on this machine")
  from playwright import sync_api

  with sync_api.sync_playwright() as driver:
    browser = driver.chromium.launch(
      executable_path=CHROMIUM,
      args=[
        "--no-sandbox",  # Containers run as root, where it cannot start.
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
      ],
    )
    yield browser
    browser.close()


@pytest.fixture(params=[(1280, 900), (360, 740)], ids=["desktop", "phone"])
def page(browser, running, request):
  width, height = request.param
  page = browser.new_page(viewport={"width": width, "height": height})
  page.set_default_timeout(20_000)
  failures = []
  page.on("pageerror", lambda error: failures.append(str(error)))
  page.on(
    "request", lambda r: failures.append(r.url) if _away(r, running) else None
  )
  page.goto(running.url)
  yield page
  page.close()
  assert not failures


def _away(request, running):
  """Whether the page asks another server than its own."""
  return not request.url.startswith((running.url, "data:", "blob:"))


def _choose(page, photo=PHOTO, name="photo.png"):
  page.set_input_files(
    "#file", {"name": name, "mimeType": "image/png", "buffer": photo}
  )


def _downloaded(page):
  with page.expect_download() as found:
    page.click("#download")
  return found.value.path().read_bytes()


def _download(page):
  with page.expect_download() as found:
    page.click("#download")
  with Image.open(found.value.path()) as picture:
    return found.value.suggested_filename, np.asarray(picture)


def test_a_photo_through_the_page(page):
  _choose(page)
  page.get_by_text("One face found, with a mask").wait_for()
  # No wider than the screen.
  assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
  # The slider shows more of the one and less of the other.
  clip = "getComputedStyle(document.querySelector('#after')).clipPath"
  assert "50%" in page.evaluate(clip)
  page.fill("#slider", "80")
  assert "80%" in page.evaluate(clip)
  name, result = _download(page)
  assert name == "photo_unmasked.png"
  assert tuple(result[130, 104]) == unmasker.COLOUR
  badge = result[-20:, -30:].std()
  page.uncheck("#badge")
  page.locator("#message:has-text('Drag across')").wait_for()
  assert _download(page)[1][-20:, -30:].std() < badge


def test_another_guess_is_chosen(page):
  _choose(page)
  page.get_by_text("One face found, with a mask").wait_for()
  page.uncheck("#badge")
  page.locator("#message:has-text('Drag across')").wait_for()
  with page.expect_response("**/unmask"):
    page.check("[name=sample][value='1']")
  page.locator("#message:has-text('Drag across')").wait_for()
  assert tuple(_download(page)[1][130, 104]) == unmasker.colour(1)
  # Another photo starts with the likeliest again.
  _choose(page, name="next.png")
  page.locator("#download[download='next_unmasked.png']").wait_for()
  assert tuple(_download(page)[1][130, 104]) == unmasker.COLOUR


def test_other_photos_of_the_people(page, monkeypatch):
  def of_photo(networks, image, name, sha256):
    if name == "wall.png":
      raise errors.UserError("wall.png: No face found.")
    face = unmasker.Unmasker().find(unmasker.photo())[0]
    vector = np.full(128, sign / 128**0.5, np.float32)
    found = people.refer(
      image, face.landmarks, name=name, sha256=sha256, vector=vector
    )
    return [found], []

  own = np.full(128, 1 / 128**0.5, np.float32)
  monkeypatch.setattr(album, "of_photo", of_photo)
  monkeypatch.setattr(embedding, "embed_upper_half", lambda *_: own)

  def add(name):
    with page.expect_response("**/unmask"):
      page.set_input_files(
        "#references", {"name": name, "mimeType": "image/png", "buffer": PHOTO}
      )

  _choose(page)
  page.locator("#message:has-text('Drag across')").wait_for()
  sign = 1
  add("mum.png")
  page.locator("#message:has-text('Drag across')").wait_for()
  assert page.inner_text("#given") == "mum.png"
  with Image.open(io.BytesIO(_downloaded(page))) as picture:
    sha256 = hashlib.sha256(PHOTO).hexdigest()
    assert f"sha256:{sha256}" in str(picture.info["xmp"])
  add("wall.png")
  page.get_by_text("wall.png: No face found.").wait_for()
  assert page.inner_text("#given") == "mum.png"
  page.click("#forget")
  page.locator("#message:has-text('Drag across')").wait_for()
  assert not page.is_visible("#forget")
  sign = -1
  add("stranger.png")
  page.get_by_text("On the other photos nobody is alike (1).").wait_for()


def test_a_mask_corrected_by_brush(page):
  _choose(page)
  page.get_by_text("One face found, with a mask").wait_for()
  page.uncheck("#badge")
  page.locator("#message:has-text('Drag across')").wait_for()
  page.click("#correct")
  box = page.locator("#paint").bounding_box()
  scale = box["width"] / 300

  def stroke(y):
    page.mouse.move(box["x"] + 50 * scale, box["y"] + y * scale)
    page.mouse.down()
    page.mouse.move(box["x"] + 150 * scale, box["y"] + y * scale, steps=4)
    page.mouse.up()

  stroke(50)  # Above what was found.
  page.check("[value=eraser]")
  stroke(130)  # In its middle.
  page.click("#again")
  page.locator("#download").wait_for()
  _, result = _download(page)
  completed = (result == unmasker.COLOUR).all(axis=2)
  assert completed[50, 60:140].all() and not completed[130, 60:140].any()
  assert completed[105, 60:140].all() and not completed[70].any()


def test_a_dropped_photo(page):
  data = base64.b64encode(PHOTO).decode()
  dropped = page.evaluate_handle(
    """data => {
      const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], "dropped.png"));
      return transfer;
    }""",
    data,
  )
  page.dispatch_event("#drop", "drop", {"dataTransfer": dropped})
  page.get_by_text("One face found, with a mask").wait_for()
  assert page.get_attribute("#download", "download") == "dropped_unmasked.png"


def test_a_file_too_large_to_send(page, tmp_path):
  large = tmp_path / "large.png"
  with large.open("wb") as file:
    file.truncate(65 * 2**20)
  page.set_input_files("#file", large)
  page.get_by_text("large.png has 65 MiB, more than the 64").wait_for()


def test_what_the_page_says_of_bad_photos(page):
  _choose(page, b"text", "text.jpg")
  page.get_by_text("text.jpg: not a readable picture").wait_for()
  assert not page.is_visible("#result")
  _choose(page)
  page.get_by_text("One face found, with a mask").wait_for()
  _choose(page, pictures.encode(unmasker.photo(bare=True)))
  page.get_by_text("One face found, no mask: nothing was").wait_for()
  assert not page.is_visible("#download")


def test_a_photo_by_camera(page):
  page.click("#camera")
  page.click("#snap")
  page.locator("#message:has-text('One face')").wait_for()
  assert not page.is_visible("#viewfinder")
