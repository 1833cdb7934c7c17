import numpy as np

from maskgan_jax.datasets.sample_faces import scene, traits


def _person(seed=0):
  return traits.sample(np.random.default_rng(seed))


def test_a_ray_passes_through_the_point_it_projects_to():
  camera = scene.view(_person(), 200)
  box = scene.Window(0, 0, 200, 200)
  origins = scene.rays(camera, box)
  assert origins.shape == (100, 100, 3)
  # The ray between pixels 60 and 61, rows 80 and 81.
  for depth in (-1.0, 0.0, 2.0):
    point = origins[40, 30] + np.float32(depth) * camera.rotation[2]
    place = camera.project(point)
    np.testing.assert_allclose(place[:2], [60.5, 80.5], rtol=0, atol=1e-2)


def test_the_view_is_a_rotation():
  camera = scene.view(_person(3), 200)
  np.testing.assert_allclose(
    camera.rotation @ camera.rotation.T, np.eye(3), atol=1e-6
  )


def test_a_shell_covers_its_middle_and_not_the_corner():
  camera = scene.view(_person(), 200)
  shell = scene.shell(camera, np.float32([0, 0, 0.6]), np.float32([0.5] * 3))
  rows, columns = shell.alpha.shape
  assert shell.alpha[rows // 2, columns // 2] == 1
  assert shell.alpha[0, 0] == 0
  lengths = np.linalg.norm(shell.place[shell.alpha == 1], axis=-1)
  np.testing.assert_allclose(lengths, np.ones_like(lengths), atol=0.05)
  # The covered area is that of a disc of half a unit.
  area = np.pi * (0.5 * camera.scale) ** 2
  np.testing.assert_allclose(shell.alpha.sum(), area, rtol=0.05)


def test_light_falls_from_the_light():
  person = _person()
  facing = scene.light(person, person.light)
  averted = scene.light(person, -person.light)
  assert facing > 1 > averted


def test_over_blends_flat_colours_and_pictures_alike():
  alpha = np.float32([[0, 0.5, 1]])
  flat = np.full((1, 3, 3), 10, np.float32)
  picture = flat.copy()
  scene.over(flat, np.float32([20, 30, 40]), alpha)
  colours = np.zeros((1, 3, 3), np.float32) + np.float32([[[20, 30, 40]]])
  scene.over(picture, colours, alpha)
  np.testing.assert_allclose(flat, picture, atol=1e-5)
  np.testing.assert_allclose(flat[0, 1], [15, 20, 25], atol=1e-5)


def test_a_polygon_has_its_area():
  camera = scene.view(_person(), 200)
  corners = np.float32([(20, 30), (60, 30), (60, 70), (20, 70)])
  box, coverage = scene.polygon(camera, corners, 1.0)
  assert box.left < 20 and box.bottom > 70
  np.testing.assert_allclose(coverage.sum(), 41 * 41, rtol=0.03)


def test_a_polygon_outside_the_picture_is_harmless():
  camera = scene.view(_person(), 200)
  _, coverage = scene.polygon(camera, np.float32([(300, 300), (320, 310)]))
  assert coverage.size > 0 and coverage.max() == 0
