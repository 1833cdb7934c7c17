import csv
import json
import pathlib
import shutil

import numpy as np
import pytest
from PIL import Image

from maskgan_jax.common import errors
from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.evaluation import product, report, robustness, run
from maskgan_jax.lab import ablation_report
from maskgan_jax.networks import loaded, perceptual
from tests.fakes import runs


@pytest.fixture
def workdir(tiny_config, tmp_path):
  """Of a run with segmenter and generator."""
  tiny_config.networks = ("segmenter", "generator")
  tiny_config.shown_mask.borrowed_share = 0.0
  runs.save(tmp_path / "run", tiny_config)
  return tmp_path / "run"


def test_evaluation_writes_everything(workdir, capsys, monkeypatch):
  monkeypatch.setattr(
    perceptual, "vgg16_features", lambda x: np.ones((len(x), 512)) * x.mean()
  )
  result, folder = run.evaluate(str(workdir), split="train[:8]", fd=True)
  assert folder == workdir / "evaluation" / "train[:8]_4"
  # Strict: of two photos of one person there are none, which is null.
  text = (folder / "metrics.json").read_text()
  assert text == json.dumps(result, indent=2, allow_nan=False) + "\n"
  assert set(result) == {
    *("n", "mean_mask_area", "mask", "identity", "seam", "groups", "fd_vgg16"),
    *report.CANDIDATES,
  }
  for name in report.CANDIDATES:
    assert set(result[name]) == set(report.MEASURES)
    for interval in result[name].values():
      assert interval["low"] <= interval["mean"] <= interval["high"]
  with (folder / "per_image.csv").open() as file:
    rows = list(csv.DictReader(file))
  masked = [row for row in rows if float(row["mask_area"]) > 0]
  assert len(rows) == 8 and result["n"] == len(masked) > 0
  assert set(ablation_report.MEASURES) < set(rows[0])
  # The true pixels outside the mask make a completion's frame better than its
  # masked part.
  telea = result["telea"]
  assert telea["psnr"]["mean"] > telea["psnr_in_mask"]["mean"]
  figures = {p.name for p in (folder / "figures").iterdir()}
  assert figures == {
    f"{name}.png" for name in ("best", "median", "worst", "random", "random_2")
  }
  with Image.open(folder / "figures" / "best.png") as picture:
    assert min(picture.size) > 500
  assert "Scoring: 100%" in capsys.readouterr().err


def test_what_is_finished_is_kept_and_what_is_asked_for_is_added(
  workdir, capsys, monkeypatch
):
  monkeypatch.setattr(run, "_score", lambda *arguments: {"n": 2})
  monkeypatch.setattr(
    robustness,
    "measure",
    lambda predict, source, batch_size, count: {"robustness_images": count},
  )
  _, folder = run.evaluate(str(workdir), split="test")
  before = (folder / "metrics.json").stat().st_mtime_ns
  assert run.evaluate(str(workdir), split="test") == ({"n": 2}, folder)
  assert "metrics.json exists and is used" in capsys.readouterr().out
  assert (folder / "metrics.json").stat().st_mtime_ns == before
  run.evaluate(str(workdir), split="test", robustness_images=2)
  found = json.loads((folder / "metrics.json").read_text())
  assert found == {"n": 2, "robustness": {"robustness_images": 2}}
  with pytest.raises(
    errors.UserError, match="robustness with --robustness_images=2, not 3"
  ):
    run.evaluate(str(workdir), split="test", robustness_images=3)
  with pytest.raises(errors.UserError, match="complete a face in one way"):
    run.evaluate(str(workdir), split="test", num_samples=2)


def test_weights_in_a_file_need_an_output_dir():
  with pytest.raises(
    errors.UserError, match="have no workdir: say with --outp"
  ):
    run.evaluate(None)


def test_retraining_under_the_same_path_never_shows_old_scores(
  workdir, tiny_config, monkeypatch
):
  monkeypatch.setattr(run, "_score", lambda *arguments: {"n": 2})
  run.evaluate(str(workdir), split="test")
  shutil.rmtree(workdir / "checkpoints")
  runs.save(workdir, tiny_config, seed=1)
  with pytest.raises(errors.UserError, match="another evaluation: weights_sha"):
    run.evaluate(str(workdir), split="test")


def test_whole_photos_are_scored_once(workdir, monkeypatch, faces_dir):
  monkeypatch.setattr(run, "_score", lambda *arguments: {"n": 2})
  load = loaded.load

  def counted(*arguments):
    loads.append(arguments)
    return load(*arguments)

  monkeypatch.setattr(loaded, "load", counted)

  def measure(unmasker, folder, split, num_photos, *, mean_face, data_dir):
    assert pathlib.Path(data_dir, "masked_faces").is_dir()
    photos = sources.Folder(folder).fingerprint()
    asked = {"num_photos": num_photos, "photos": photos}
    size = unmasker.networks.image_size
    assert mean_face.shape == (size, size, 3)
    calls.append((folder, split, num_photos))
    # The run's own networks, and no others.
    assert len(loads) == 1
    parts = dict.fromkeys(product.PARTS, {}) | {"product": asked}
    return parts, [{"id": "a"}]

  calls, loads = [], []
  monkeypatch.setattr(product, "measure", measure)
  arguments = {"split": "test", "faces_dir": str(faces_dir)}
  for _ in range(2):
    result, folder = run.evaluate(str(workdir), num_photos=3, **arguments)
  assert calls == [(str(faces_dir), "test", 3)]
  assert result == json.loads((folder / "metrics.json").read_text())
  assert result["product"]["num_photos"] == 3 and "identification" in result
  assert (folder / "product.csv").read_text().split() == ["id", "a"]
  with pytest.raises(errors.UserError, match="product with --num_photos=3, no"):
    run.evaluate(str(workdir), **arguments)
  (faces_dir / "test_person36.jpg").unlink()
  with pytest.raises(errors.UserError, match="on other photos than those in"):
    run.evaluate(str(workdir), num_photos=3, **arguments)


def test_a_part_is_measured_once(tmp_path):
  path = tmp_path / "metrics.json"
  assert not run._has_part(path, {}, "variety", num_samples=4)
  result = {"variety": {"num_samples": 4}}
  assert run._has_part(path, result, "variety", num_samples=4)
  with pytest.raises(
    errors.UserError,
    match="json holds the variety with --num_samples=4, not 2. Give that",
  ):
    run._has_part(path, result, "variety", num_samples=2)
  with pytest.raises(errors.UserError, match="=another number, not 2"):
    run._has_part(path, {"variety": {}}, "variety", num_samples=2)


def test_networks_come_from_a_run_or_from_weights(tmp_path):
  path = tmp_path / "model.onnx"
  path.write_text("")
  with pytest.raises(
    errors.UserError, match="model.onnx: networks are read from a .safetensors"
  ):
    loaded.load(path)
  with pytest.raises(errors.UserError, match="run: no run here"):
    loaded.load(tmp_path / "run")
  with pytest.raises(errors.UserError, match="a.safetensors is missing. Give"):
    loaded.load(tmp_path / "a.safetensors")
