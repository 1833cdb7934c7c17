import json
import pathlib

import av
import cv2
import matplotlib
import numpy as np
import pytest

from maskgan_jax import photos, unmasking
from maskgan_jax.common import errors
from maskgan_jax.faces import embedding, finder
from maskgan_jax.photos import provenance, video
from maskgan_jax.unmasking import backends, mask_report, unmask_film
from maskgan_jax.unmasking.references import reference
from tests.fakes import landmarker
from tests.unmasking.references import people

HOPPER = pathlib.Path(
  matplotlib.get_data_path(), "sample_data", "grace_hopper.jpg"
)
SIZE = 64
NUM_FRAMES = 4


class FakeNetworks:
  """Finds a mask on the lower half, or none, and predicts green there."""

  image_size, max_batch, landmark_size = SIZE, 8, 0
  structure, hidden_reach = False, 0.0
  weights_sha256 = "0" * 64

  def __init__(self, probability=0.97, rows=slice(36, 60)):
    self._probability, self._rows = probability, rows
    self.num_crops = []

  def __call__(self, crops, given=None, landmarks=None):
    self.num_crops.append(len(crops))
    probability = np.zeros((*crops.shape[:3], 1), np.float32)
    probability[:, self._rows, 12:52] = self._probability
    green = np.zeros(crops.shape, np.uint8)
    green[..., 1] = 220
    return backends.Answer(green, probability)


def unmasker(**options):
  made = unmasking.Unmasker.__new__(unmasking.Unmasker)
  made.networks = FakeNetworks(**options)
  return made


@pytest.fixture(scope="module")
def film(tmp_path_factory):
  """A real face that moves a little to the right in each frame."""
  path = tmp_path_factory.mktemp("film") / "film.mp4"
  write_film(path, _still())
  return path


def _still():
  return cv2.resize(photos.read(HOPPER), (256, 300), None, 0, 0, 3)


def write_film(path, still):
  with av.open(str(path), "w") as container:
    stream = container.add_stream("libx264", rate=25, options={"crf": "10"})
    stream.width, stream.height, stream.pix_fmt = 256, 300, "yuv420p"
    for i in range(NUM_FRAMES):
      frame = av.VideoFrame.from_ndarray(np.roll(still, 2 * i, 1), "rgb24")
      container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def test_every_frame_is_unmasked(film, tmp_path):
  target = tmp_path / "out.mp4"
  summary = unmask_film.unmask_video(unmasker(), film, target)
  assert (summary.num_frames, summary.num_unmasked) == (NUM_FRAMES, NUM_FRAMES)
  for before, after in zip(
    video.frames(film), video.frames(target), strict=True
  ):
    greener = after.astype(int) - before
    changed = greener[..., 1] - greener[..., 0] > 60
    assert 0.02 < changed.mean() < 0.3
    # Away from it, what encoding changes is all.
    assert np.abs(greener[:40]).mean() < 6
  assert summary.num_unsure == 0
  flicker = summary.flicker
  # One green, against a face that moves under it.
  assert flicker.completed < 0.5 * flicker.masked
  assert flicker.background > 0
  told = json.loads((tmp_path / "out.mp4.json").read_text())
  assert told["digital_source_type"] == provenance.DIGITAL_SOURCE_TYPE
  assert told["source"] == "film.mp4"


def test_a_bare_face_writes_nothing(film, tmp_path):
  target = tmp_path / "out.mp4"
  summary = unmask_film.unmask_video(unmasker(probability=0.0), film, target)
  assert (summary.num_frames, summary.num_unmasked) == (NUM_FRAMES, 0)
  assert summary.flicker is None
  assert not list(tmp_path.iterdir())


def test_a_film_is_followed_where_it_wavers(film, tmp_path, monkeypatch):
  answers = iter(["unsure", "no", "yes", "no"])
  monkeypatch.setattr(
    mask_report,
    "of_probability",
    lambda *_: mask_report.MaskReport(next(answers), 0.5, ""),
  )
  summary = unmask_film.unmask_video(unmasker(), film, tmp_path / "out.mp4")
  # A frame that says no keeps the report of the one before it.
  assert (summary.num_unmasked, summary.num_unsure) == (NUM_FRAMES, 2)


def test_nothing_is_overwritten_unasked(film, tmp_path):
  target = tmp_path / "out.mp4"
  target.write_bytes(b"mine")
  with pytest.raises(errors.UserError, match="out.mp4 exists. Give another"):
    unmask_film.unmask_video(unmasker(), film, target)
  assert target.read_bytes() == b"mine"
  unmask_film.unmask_video(unmasker(), film, target, overwrite=True)
  assert target.stat().st_size > 1000
  with pytest.raises(errors.UserError, match="film.mp4 is the input itself"):
    unmask_film.unmask_video(unmasker(), film, film, overwrite=True)


def test_every_mask_that_is_cut_is_widened_once(film, tmp_path):
  cut = unmasker(rows=slice(36, SIZE))
  unmask_film.unmask_video(cut, film, tmp_path / "out.mp4")
  # Twice in the first frame; the face stays widened from then on.
  assert cut.networks.num_crops == [1] * (NUM_FRAMES + 1)


def test_a_grey_film_stays_grey(tmp_path):
  grey = np.repeat(_still()[..., 1:2], 3, axis=2)
  write_film(tmp_path / "grey.mp4", grey)
  target = tmp_path / "out.mp4"
  summary = unmask_film.unmask_video(unmasker(), tmp_path / "grey.mp4", target)
  assert summary.num_unmasked == NUM_FRAMES
  for frame in video.frames(target):
    assert np.ptp(frame.astype(int), axis=2).max() < 3


def test_faces_are_found_as_in_photos(film, tmp_path, monkeypatch):
  found, find = [], finder.FaceFinder.find

  def counted(self, image, which="all"):
    found.append(which)
    return find(self, image, which)

  monkeypatch.setattr(finder.FaceFinder, "find", counted)
  unmask_film.unmask_video(unmasker(), film, tmp_path / "out.mp4")
  assert found == ["all"] * NUM_FRAMES


def test_a_film_that_stands_on_its_head(tmp_path, monkeypatch):
  class Networks(landmarker.Landmarker, FakeNetworks):
    landmark_size = landmarker.Landmarker.landmark_size

    def __init__(self):
      landmarker.Landmarker.__init__(self)
      FakeNetworks.__init__(self)

  shared = landmarker.Detector()
  monkeypatch.setattr(finder, "shared", lambda: shared)
  made = unmasker()
  made.networks = Networks()
  still = cv2.resize(landmarker.photo((160, 120, 150)), (256, 300))
  write_film(tmp_path / "film.mp4", np.rot90(still, 2))
  target = tmp_path / "out.mp4"
  summary = unmask_film.unmask_video(made, tmp_path / "film.mp4", target)
  assert summary.num_unmasked == NUM_FRAMES
  # Turns are tried in the first frame, then kept.
  assert len(shared.looks) == 5 + NUM_FRAMES - 1
  for frame in video.frames(target):
    greener = frame[..., 1].astype(int) - frame[..., 2] > 100
    assert greener[:150].mean() > 0.05 and not greener[200:].any()


def test_a_face_keeps_its_reference_through_a_film(film, tmp_path):
  image, landmarks = people.hopper()
  own = embedding.embed_upper_half(image, landmarks)
  mum = people.refer(image, landmarks, "a/mum.jpg", vector=own)
  target, plain = tmp_path / "out.mp4", tmp_path / "plain.mp4"
  unmask_film.unmask_video(unmasker(), film, plain)
  unmask_film.unmask_video(
    unmasker(), film, target, references=reference.Album(references=[mum])
  )
  facts = json.loads((tmp_path / "out.mp4.json").read_text())
  assert facts["references"] == [{"name": "mum.jpg", "sha256": "0" * 64}]
  truth = list(video.frames(film))
  found, without = (
    [
      np.abs(x.astype(float) - y).mean()
      for x, y in zip(video.frames(z), truth, strict=True)
    ]
    for z in (target, plain)
  )
  # Green is painted on the face, which is itself again, in every frame.
  assert (np.array(found) < 0.9 * np.array(without)).all()
