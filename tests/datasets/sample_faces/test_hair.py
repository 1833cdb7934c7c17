import dataclasses

import numpy as np
import pytest

from maskgan_jax.datasets.sample_faces import hair, scene, traits

SIZE = 160


def _person(style):
  person = traits.sample(np.random.default_rng(5))
  return dataclasses.replace(
    person, hair_style=style, hairline=0.0, yaw=0.0, pitch=0.0, roll=0.0
  )


def _covered(style):
  """Where a style's front hair changes a grey picture, [SIZE, SIZE]."""
  person = _person(style)
  image = np.full((SIZE, SIZE, 3), 128, np.float32)
  camera = scene.view(person, SIZE)
  hair.paint(image, person, camera, np.zeros((SIZE, SIZE), np.float32))
  return camera, np.abs(image - 128).max(-1) > 8


@pytest.mark.parametrize("style", traits.HAIR_STYLES)
def test_hair_leaves_the_mouth_free(style):
  camera, covered = _covered(style)
  x, y = camera.project(np.float32([0, 0.7, -0.1]))[:2].astype(int)
  assert not covered[y - 6 : y + 7, x - 6 : x + 7].any()


@pytest.mark.parametrize("style", traits.HAIR_STYLES)
def test_only_the_bald_have_a_bare_top(style):
  camera, covered = _covered(style)
  x, y = camera.project(np.float32([0, -0.9, 0.1]))[:2].astype(int)
  assert covered[y, x] == (style != "bald")


def test_long_hair_falls_beside_the_face():
  assert hair.has_curtains(_person("long"))
  assert not hair.has_curtains(_person("short"))
  person = _person("long")
  image = np.full((SIZE, SIZE, 3), 128, np.float32)
  hair.paint_curtains(image, person, scene.view(person, SIZE), front=True)
  changed = np.abs(image - 128).max(-1) > 8
  assert changed[SIZE // 2].any() and not changed[:, SIZE // 2].any()
