import json
import math

import numpy as np
import pytest

from maskgan_jax.evaluation import landmarks
from maskgan_jax.faces import finder
from tests.fakes import unmasker as fake

PHOTO = fake.photo()


def _face(points, box=fake.BOX):
  return finder.LandmarkedFace(np.float32(box), None, points, 1.0)


class Mesh:
  """Finds some landmarks on the masked photo, others on its completion."""

  def __init__(self, first, second):
    self.faces = [first, second]
    self.seen = []

  def find(self, image):
    self.seen.append(image)
    return [x for x in self.faces[len(self.seen) - 1 :][:1] if x is not None]


def _score(monkeypatch, unmasker, mesh):
  truth = _face(fake.Unmasker().find(PHOTO)[0].landmarks)
  monkeypatch.setattr(finder, "shared", lambda: mesh)
  found = landmarks.find(unmasker, PHOTO)
  row = landmarks.score(unmasker, fake.photo(), PHOTO, truth, found)
  prefix = "landmarks/"
  assert all(name.startswith(prefix) for name in row)
  return {name.removeprefix(prefix): value for name, value in row.items()}


def test_ways_of_finding_are_scored(monkeypatch):
  truth = fake.Unmasker().find(PHOTO)[0].landmarks
  mesh = Mesh(_face(truth + (6, 8, 0)), _face(truth + (3, 4, 0)))
  row = _score(monkeypatch, fake.Unmasker(), mesh)
  assert row["product/shift"] == pytest.approx(0, abs=1e-3)
  assert row["product_bare/shift"] == pytest.approx(0, abs=1e-3)
  assert row["mesh/shift"] == pytest.approx(2 * row["mesh_again/shift"], 1e-3)
  assert row["mesh/shift"] > 5
  assert row["mesh/width"] == pytest.approx(row["true/width"])
  # First the masked photo, then its completion.
  assert np.array_equal(mesh.seen[0], PHOTO)
  changed = (mesh.seen[1] != PHOTO).any(axis=2)
  assert mesh.seen[1][changed].mean(axis=0) == pytest.approx(fake.COLOUR, abs=9)


def test_a_face_that_is_not_found_has_no_landmarks(monkeypatch):
  class Elsewhere(fake.Unmasker):
    def find(self, image, faces="all"):
      [face] = super().find(image, faces)
      object.__setattr__(face, "box", face.box + (200, 0, 0, 0))
      return [face]

  row = _score(monkeypatch, Elsewhere(), Mesh(None, None))
  ways = ("product", "product_bare", "mesh", "mesh_again")
  assert all(math.isnan(row[f"{way}/shift"]) for way in ways)
  assert math.isnan(row["mesh/opening"]) and not math.isnan(row["true/opening"])


def test_no_face_at_all_is_none():
  assert landmarks.find(fake.Unmasker(), fake.faceless()) == []


def _row(shift, value, truth):
  row = {f"landmarks/{way}/shift": shift for way in landmarks._WAYS}
  for way in ("product", "mesh", "mesh_again", "true"):
    for name in ("opening", "width", "raised_corners"):
      row[f"landmarks/{way}/{name}"] = truth if way == "true" else value
  return row


def test_summary():
  rows = [_row(s, -s, 2.0 * s) for s in (1.0, 2.0, 3.0, 4.0, 5.0)]
  rows[0]["landmarks/mesh/shift"] = math.nan
  rows[0]["landmarks/mesh/opening"] = math.nan
  found = landmarks.summarise(rows)
  assert found["n"] == 5
  assert found["product"]["shift"] == {"median": 3, "p90": pytest.approx(4.6)}
  assert found["product"]["correlation"]["width"] == pytest.approx(-1)
  mesh = found["mesh"]
  assert (mesh["not_found"], mesh["shift"]["median"]) == (1, 3.5)
  assert mesh["correlation"]["opening"] == pytest.approx(-1)
  assert "correlation" not in found["product_bare"]


def test_what_is_not_known_is_none():
  nothing = landmarks.summarise([_row(math.nan, math.nan, 1.0)] * 4)
  assert nothing["mesh"]["not_found"] == 4
  assert nothing["mesh"]["shift"] == {"median": None, "p90": None}
  # All mouths are alike: they vary with nothing.
  same = landmarks.summarise([_row(1.0, 1.0, x) for x in (1.0, 2.0, 3.0)])
  assert same["mesh"]["correlation"]["opening"] is None
  assert json.dumps([nothing, same], allow_nan=False)
