import av
import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.photos import video

CODECS = {"mp4": ("libx264", "aac"), "webm": ("libvpx-vp9", "libopus")}


def write_video(path, *, count=6, width=64, height=48, sound=True):
  """A grey that brightens from frame to frame, and a tone."""
  picture_codec, sound_codec = CODECS[path.suffix[1:]]
  with av.open(str(path), "w") as container:
    stream = container.add_stream(picture_codec, rate=25)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    tone = container.add_stream(sound_codec, rate=48000) if sound else None
    for i in range(count):
      pixels = np.full((height, width, 3), 40 + 20 * i, np.uint8)
      frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
      container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
    if tone:
      wave = np.sin(np.arange(9600) / 20, dtype=np.float32)[None].repeat(2, 0)
      samples = av.AudioFrame.from_ndarray(wave, "fltp", "stereo")
      samples.rate = 48000
      container.mux(tone.encode(samples))
      container.mux(tone.encode(None))


def sound_of(path) -> bytes:
  with av.open(str(path)) as container:
    return b"".join(bytes(p) for p in container.demux(audio=0))


def times_of(path) -> list[float]:
  with av.open(str(path)) as container:
    return [frame.time for frame in container.decode(video=0)]


@pytest.mark.parametrize("kind", CODECS)
def test_frames_change_in_order_and_the_sound_stays(tmp_path, kind):
  source, target = tmp_path / f"in.{kind}", tmp_path / f"sub/out.{kind}"
  write_video(source)
  seen = []

  def change(frame):
    seen.append(frame.mean())
    changed = frame.copy()
    changed[:, :32] = 255
    return changed

  assert video.change_frames(source, target, change) == 6
  np.testing.assert_allclose(seen, 40 + 20 * np.arange(6), atol=3)
  got = list(video.frames(target))
  assert len(got) == 6
  for before, after in zip(seen, got, strict=True):
    assert after.shape == (48, 64, 3)
    assert abs(after[:, 40:].mean() - before) < 3
    assert after[:, :24].mean() > 245
  assert sound_of(target) == sound_of(source) != b""
  np.testing.assert_allclose(times_of(target), times_of(source), atol=2e-3)
  assert [p.name for p in target.parent.iterdir()] == [target.name]


def test_info(tmp_path):
  write_video(tmp_path / "in.mp4", sound=False)
  assert video.read_info(tmp_path / "in.mp4") == (64, 48, 6)


def test_a_function_may_shrink_frames_to_odd_sides_no_more(tmp_path):
  """Codecs ask for even sides: the last row and column are left out."""
  assert video._even(np.zeros((47, 63, 3), np.uint8)).shape == (46, 62, 3)


def test_what_fails_half_way_leaves_nothing(tmp_path):
  write_video(tmp_path / "in.mp4")
  calls = []

  def change(frame):
    calls.append(1)
    if len(calls) == 3:
      raise OSError(28, "No space left on device")
    return frame

  with pytest.raises(errors.UserError, match=r"in.mp4 to .*No space left"):
    video.change_frames(tmp_path / "in.mp4", tmp_path / "out.mp4", change)
  assert [p.name for p in tmp_path.iterdir()] == ["in.mp4"]


def test_what_is_not_kept_replaces_nothing(tmp_path):
  write_video(tmp_path / "in.mp4")
  target = tmp_path / "out.mp4"
  target.write_bytes(b"mine")
  count = video.change_frames(
    tmp_path / "in.mp4", target, lambda frame: frame, keep=lambda: False
  )
  assert count == 6 and target.read_bytes() == b"mine"
  assert {p.name for p in tmp_path.iterdir()} == {"in.mp4", "out.mp4"}


def test_hostile_files_are_named(tmp_path):
  with pytest.raises(errors.UserError, match=r"none.mp4: no such file"):
    video.read_info(tmp_path / "none.mp4")
  (tmp_path / "text.mp4").write_text("no video")
  with pytest.raises(errors.UserError, match=r"text.mp4: not a readable video"):
    video.read_info(tmp_path / "text.mp4")
  with av.open(str(tmp_path / "tone.mp4"), "w") as container:
    tone = container.add_stream("aac", rate=48000)
    samples = av.AudioFrame.from_ndarray(
      np.zeros((2, 4800), np.float32), "fltp", "stereo"
    )
    samples.rate = 48000
    container.mux(tone.encode(samples))
    container.mux(tone.encode(None))
  with pytest.raises(errors.UserError, match=r"tone.mp4: no picture in it"):
    video.read_info(tmp_path / "tone.mp4")


def test_a_video_without_frames_is_named(tmp_path):
  write_video(tmp_path / "in.mp4", count=0, sound=True)
  with pytest.raises(errors.UserError, match=r"in.mp4: no (frames|picture) in"):
    video.change_frames(tmp_path / "in.mp4", tmp_path / "out.mp4", lambda x: x)
  assert not (tmp_path / "out.mp4").exists()


@pytest.mark.parametrize("names", [("a.mp4", "a.webm"), ("a.avi", "b.avi")])
def test_kinds_that_do_not_go_together(names):
  with pytest.raises(errors.UserError, match="from one of .mp4, .mov, .webm"):
    video.check_paths(*names)
