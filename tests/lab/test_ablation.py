import json
import pathlib

import pytest

from maskgan_jax.common import errors
from maskgan_jax.evaluation import report, run
from maskgan_jax.lab import ablation, ablation_report, ablation_rows
from maskgan_jax.training import loop
from tests.fakes import runs


def _write(path, config, changes="", doc="A row.\n\nMore."):
  path.parent.mkdir(exist_ok=True)
  path.write_text(
    f'"""{doc}"""\n'
    "import json\nimport ml_collections\n"
    "def get_config():\n"
    f"  c = json.loads({config.to_json()!r})\n"
    "  c = ml_collections.ConfigDict(c).lock()\n"
    f"  {changes}\n"
    "  return c\n"
  )
  return path


@pytest.fixture
def plan(built, tmp_path):
  return ablation_rows.Plan(
    seeds=(3,), data_dir=built[0], output_dir=tmp_path / "out", num_images=8
  )


@pytest.fixture
def small_config(tiny_config):
  tiny_config.networks = ("segmenter", "generator")
  tiny_config.shown_mask.borrowed_share = 0.0
  return tiny_config


@pytest.fixture
def trained(monkeypatch):
  """Stands for training; which rows were trained, in order."""
  names = []

  def train(config, workdir, devices):
    names.append(pathlib.Path(workdir).parent.name)
    assert devices == "devices"
    if not pathlib.Path(workdir, "checkpoints").exists():
      runs.save(pathlib.Path(workdir), config)

  monkeypatch.setattr(loop, "train", train)
  # What is tried of a config has a test of its own.
  monkeypatch.setattr(ablation_rows, "_trace", lambda config: None)
  return names


@pytest.fixture
def evaluated(monkeypatch, plan):
  """Stands for evaluation: each row scores one more than the one before."""
  scores = {}

  def evaluate(workdir, *, split, data_dir):
    assert (split, data_dir) == (plan.split, plan.data_dir)
    name = pathlib.Path(workdir).parent.name
    score = scores.setdefault(name, 20.0 + len(scores))
    if score is None:
      raise KeyboardInterrupt
    rows = [
      {"id": f"{i}.jpg", "person_id": f"person{i}", "mask_area": 0.2}
      | {measure: score + i for measure in ablation_report.MEASURES}
      for i in range(3)
    ]
    folder = pathlib.Path(workdir, "evaluation", "validation_2")
    report.write_csv(folder / "per_image.csv", rows)
    (folder / "metrics.json").write_text("{}")

  monkeypatch.setattr(run, "evaluate", evaluate)
  return scores


def test_rows_are_trained_once_and_compared(
  small_config, plan, tmp_path, capsys, trained, evaluated
):
  paths = [
    _write(tmp_path / "rows/a.py", small_config, doc="As it is."),
    _write(tmp_path / "rows/b.py", small_config, "c.ema_decay = 0.0"),
  ]
  result = ablation.run(ablation_rows.load(paths[:1], plan), plan, "devices")
  assert [row["name"] for row in result["rows"]] == trained == ["a"]
  assert "All rows: 100%" in capsys.readouterr().err
  rows = ablation_rows.load(paths, plan)
  evaluated["b"] = None
  with pytest.raises(KeyboardInterrupt):
    ablation.run(rows, plan, "devices")
  assert trained == ["a", "b"]
  evaluated["b"] = 21.5
  capsys.readouterr()
  result = ablation.run(rows, plan, "devices")
  shown = capsys.readouterr()
  # Row a is read, row b goes on where it was.
  assert trained == ["a", "b", "b"]
  assert "| 8/8 [" in shown.err and "row 2/2, b" in shown.err
  folder = plan.output_dir
  assert json.loads((folder / "ablation.json").read_text()) == result
  assert "| a | As it is. |" in (folder / "ablation.md").read_text()
  assert (folder / "ablation.png").exists()
  a, b = result["rows"]
  assert (result["seeds"], result["num_images"]) == ([3], 8)
  assert result["baseline"] == "a" and b["change"] == "A row."
  assert "differences" not in a
  assert a["scores"]["iou"]["mean"] == 21.0
  difference = b["differences"]["predicted/psnr_in_mask"]
  assert difference == {"mean": 1.5, "low": 1.5, "high": 1.5}
  assert a["parameters"] == b["parameters"] > 0 and a["ms_per_image"] > 0


def test_runs_of_another_length_are_not_mixed(
  small_config, plan, tmp_path, trained
):
  paths = [_write(tmp_path / "a.py", small_config)]
  [row] = ablation_rows.load(paths, plan)
  runs.save(plan.output_dir / "a/seed_3", row.configs[0])
  short = ablation_rows.Plan(**vars(plan) | {"num_images": 4})
  with pytest.raises(
    errors.UserError, match="take 2 steps, now 1. Use another"
  ):
    ablation.run(ablation_rows.load(paths, short), short)
  assert not trained


@pytest.mark.parametrize(
  ("changes", "expected"),
  [
    ("c.batchsize = 3", "AttributeError: .*batchsize"),
    ('c.loss.adversarial = "wgan"', 'The adversarial loss is "wgan"'),
    ("c.batch_size = 3", "8 images are no multiple of config.batch_size 3"),
    ("return {}", "AttributeError"),
  ],
)
def test_a_broken_config_is_named(
  changes, expected, tiny_config, plan, tmp_path
):
  path = _write(tmp_path / "broken.py", tiny_config, changes)
  with pytest.raises(
    errors.UserError, match=f"broken.py: .*{expected}.*nothing has been trained"
  ):
    ablation_rows.load([path], plan)
  assert not plan.output_dir.exists()


def test_files_that_are_no_configs_are_named(plan, tmp_path):
  path = tmp_path / "row.py"
  for text, expected in (
    ("get_config = (", "SyntaxError"),
    ("x = 1", "it has no function get_config"),
  ):
    path.write_text(text)
    with pytest.raises(errors.UserError, match=f"row.py: {expected}"):
      ablation_rows.load([path], plan)
  with pytest.raises(errors.UserError, match="gone.py: FileNotFoundError"):
    ablation_rows.load([tmp_path / "gone.py"], plan)


def test_rows_must_fit_together(small_config, plan, tmp_path, monkeypatch):
  monkeypatch.setattr(ablation_rows, "_trace", lambda config: None)
  small_config.data_dir = ""
  a = _write(tmp_path / "a.py", small_config)
  b = _write(tmp_path / "b.py", small_config, "c.num_train_steps = 9")
  as_they_say = ablation_rows.Plan(**vars(plan) | {"num_images": None})
  with pytest.raises(errors.UserError, match="equally many images, not .*36"):
    ablation_rows.load([a, b], as_they_say)
  rows = ablation_rows.load([a, b], plan)
  assert [row.num_images for row in rows] == [8, 8]
  assert rows[0].configs[0].seed == 3
  assert rows[0].configs[0].data_dir == plan.data_dir
  large = _write(tmp_path / "large.py", small_config, "c.image_size = 128")
  with pytest.raises(errors.UserError, match="large.py: .*was built at 64 px"):
    ablation_rows.load([a, large], plan)
  with pytest.raises(errors.UserError, match="Two configs have one name"):
    ablation_rows.load([a, a], plan)
  other = ablation_rows.Plan(**vars(plan) | {"baseline": "c"})
  with pytest.raises(
    errors.UserError, match=r"baseline=c is no row. Choose one of \['a', 'b'\]"
  ):
    ablation_rows.load([a, b], other)


def test_the_configs_of_a_folder(tmp_path):
  for name in ("b.py", "a.py", "_base.py", "__init__.py", "notes.txt"):
    (tmp_path / name).touch()
  names = [path.name for path in ablation_rows.config_files(tmp_path)]
  assert names == ["a.py", "b.py"]
  with pytest.raises(errors.UserError, match="missing holds no config"):
    ablation_rows.config_files(tmp_path / "missing")
