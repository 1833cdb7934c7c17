import numpy as np

from maskgan_jax.datasets.sample_faces import face, surface

FRONT = np.float32([0, 0, 1])


def _rays(points):
  """Rays through given frontal places, one row, [1, N, 3]."""
  origin = np.zeros((1, len(points), 3), np.float32)
  origin[0, :, :2] = points[:, :2]
  return origin


def test_the_surface_passes_through_the_mesh():
  shape = face.Shape(width=0.5, nose_depth=0.5, smile=0.5)
  points = face.landmarks(shape)[[4, 5, 195, 50, 280, 205, 425, 199]]
  head = surface.surface(shape)
  place = surface.cells(points[:, :2])
  column, row = np.round(place).astype(int).T
  np.testing.assert_allclose(
    head.height[row, column], points[:, 2], rtol=0, atol=0.06
  )


def test_normals_are_unit_and_point_out_of_the_head():
  head = surface.surface(face.Shape())
  lengths = np.linalg.norm(head.normal, axis=-1)
  np.testing.assert_allclose(lengths, np.ones_like(lengths), atol=1e-5)
  assert (head.normal[..., 2] < 0).all()


def test_straight_rays_meet_the_place_they_aim_at():
  points = face.canonical()[[4, 50, 280, 151]]
  hits = surface.trace(surface.surface(face.Shape()), _rays(points), FRONT, 100)
  np.testing.assert_allclose(hits.x[0], points[:, 0], atol=1e-4)
  np.testing.assert_allclose(hits.y[0], points[:, 1], atol=1e-4)
  assert (hits.margin > 0).all()


def test_slanted_rays_meet_the_surface():
  direction = np.float32([0.4, 0.1, 1])
  direction /= np.linalg.norm(direction)
  points = face.canonical()[[5, 50, 205]]
  origin = points[None] - 0.5 * direction
  hits = surface.trace(surface.surface(face.Shape()), origin, direction, 100)
  np.testing.assert_allclose(hits.x[0], points[:, 0], atol=0.05)
  np.testing.assert_allclose(hits.y[0], points[:, 1], atol=0.05)


def test_rays_beside_the_head_miss():
  aims = np.float32([(-1.2, 0), (1.2, 0), (0, 1.4), (0, -1.2)])
  hits = surface.trace(surface.surface(face.Shape()), _rays(aims), FRONT, 100)
  assert (hits.margin < -1).all()
