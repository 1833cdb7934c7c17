"""The documentation: links, commands and length."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).parent.parent
DOCUMENTS = sorted(
  (
    *ROOT.glob("*.md"),
    *(ROOT / "docs").rglob("*.md"),
    *(ROOT / "maskgan_jax").rglob("*.md"),
  )
)
MAX_README_LINES = 200


def _name(path):
  return path.relative_to(ROOT).as_posix()


def _anchors(path):
  """The anchors of a document's headings, as GitHub makes them."""
  titles = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
  kept = (re.sub(r"[^\w\- ]", "", title.lower()) for title in titles)
  return {title.replace(" ", "-") for title in kept}


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_links_lead_somewhere(path):
  for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text()):
    if re.match(r"https?:", target):
      continue
    file, _, anchor = target.partition("#")
    linked = path.parent / file if file else path
    assert linked.exists(), target
    if anchor:
      assert anchor in _anchors(linked), target


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_named_files_exist(path):
  text = path.read_text()
  # A name in capitals stands for one of the reader's own.
  for name in re.findall(
    r"\b((?:scripts|configs|maskgan_jax|requirements)/[\w/.]*\.\w+)\b", text
  ):
    assert (ROOT / name).exists(), name


def test_modules_named_in_the_architecture_exist():
  text = (ROOT / "docs" / "architecture.md").read_text()
  rooms = {path.name for path in (ROOT / "maskgan_jax").iterdir()}
  named = re.findall(r"`(\w+)(/[\w/]*(?:\.py)?)`", text)
  modules = [room + rest for room, rest in named if room in rooms]
  assert modules
  for module in modules:
    assert (ROOT / "maskgan_jax" / module).exists(), module


def test_every_room_is_in_the_architecture():
  text = (ROOT / "docs" / "architecture.md").read_text()
  for path in (ROOT / "maskgan_jax").glob("*/__init__.py"):
    assert f"| `{path.parent.name}` | " in text, path.parent.name


def test_every_guide_and_report_is_linked_from_the_readme():
  readme = (ROOT / "README.md").read_text()
  for path in (ROOT / "docs").rglob("*.md"):
    assert f"]({_name(path)})" in readme, _name(path)


def test_the_readme_is_short():
  lines = (ROOT / "README.md").read_text().splitlines()
  assert len(lines) <= MAX_README_LINES
