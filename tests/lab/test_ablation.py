import json

import jax
import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.evaluation import run
from maskgan_jax.lab import ablation


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
  return ablation.Plan(
    seeds=(3,), data_dir=built[0], output_dir=tmp_path / "out", num_images=8
  )


@pytest.fixture
def small_config(tiny_config):
  tiny_config.networks = ("segmenter", "generator")
  tiny_config.shown_mask.borrowed_share = 0.0
  return tiny_config


def test_rows_are_trained_once_and_compared(
  small_config, plan, tmp_path, monkeypatch, capsys
):
  paths = [
    _write(tmp_path / "rows/a.py", small_config, doc="As it is."),
    _write(tmp_path / "rows/b.py", small_config, "c.ema_decay = 0.0"),
  ]
  device = jax.devices()[:1]
  result = ablation.run(ablation.load(paths[:1], plan), plan, device)
  assert [row["name"] for row in result["rows"]] == ["a"]
  assert "image of all rows 8/8" in capsys.readouterr().err

  def interrupted(*arguments, **options):
    if "/b/" in arguments[0]:
      raise KeyboardInterrupt
    return evaluated(*arguments, **options)

  evaluated = run.evaluate
  rows = ablation.load(paths, plan)
  with monkeypatch.context() as patch:
    patch.setattr(run, "evaluate", interrupted)
    with pytest.raises(KeyboardInterrupt):
      ablation.run(rows, plan, device)
  capsys.readouterr()
  result = ablation.run(rows, plan, device)
  shown = capsys.readouterr()
  # Row a is read, row b goes on where it was.
  assert "a/seed_3/evaluation/validation_2/metrics.json exists" in shown.out
  assert "b/seed_3 has already trained 2 steps" in shown.out
  assert "a/seed_3 has already" not in shown.out
  assert "image of all rows 8/8" in shown.err and "row 2/2 b" in shown.err
  folder = plan.output_dir
  assert json.loads((folder / "ablation.json").read_text()) == result
  assert "| a | As it is. |" in (folder / "ablation.md").read_text()
  assert (folder / "ablation.png").exists()
  a, b = result["rows"]
  assert (result["seeds"], result["num_images"]) == ([3], 8)
  assert result["baseline"] == "a" and b["change"] == "A row."
  assert "differences" not in a
  np.testing.assert_allclose(
    b["differences"]["predicted/psnr_in_mask"]["mean"],
    b["scores"]["predicted/psnr_in_mask"]["mean"]
    - a["scores"]["predicted/psnr_in_mask"]["mean"],
    atol=1e-9,
  )
  assert a["parameters"] == b["parameters"] > 0 and a["ms_per_image"] > 0
  # Another length is not mixed with what is there.
  short = ablation.Plan(**vars(plan) | {"num_images": 4})
  with pytest.raises(
    errors.UserError, match="take 2 steps, now 1. Use another"
  ):
    ablation.run(ablation.load(paths, short), short, device)


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
    ablation.load([path], plan)
  assert not plan.output_dir.exists()


def test_files_that_are_no_configs_are_named(plan, tmp_path):
  path = tmp_path / "row.py"
  for text, expected in (
    ("get_config = (", "SyntaxError"),
    ("x = 1", "it has no function get_config"),
  ):
    path.write_text(text)
    with pytest.raises(errors.UserError, match=f"row.py: {expected}"):
      ablation.load([path], plan)
  with pytest.raises(errors.UserError, match="gone.py: FileNotFoundError"):
    ablation.load([tmp_path / "gone.py"], plan)


def test_rows_must_fit_together(small_config, plan, tmp_path, monkeypatch):
  monkeypatch.setattr(ablation, "_trace", lambda config: None)
  small_config.data_dir = ""
  a = _write(tmp_path / "a.py", small_config)
  b = _write(tmp_path / "b.py", small_config, "c.num_train_steps = 9")
  as_they_say = ablation.Plan(**vars(plan) | {"num_images": None})
  with pytest.raises(errors.UserError, match="equally many images, not .*36"):
    ablation.load([a, b], as_they_say)
  rows = ablation.load([a, b], plan)
  assert [row.num_images for row in rows] == [8, 8]
  assert rows[0].configs[0].seed == 3
  assert rows[0].configs[0].data_dir == plan.data_dir
  large = _write(tmp_path / "large.py", small_config, "c.image_size = 128")
  with pytest.raises(errors.UserError, match="large.py: .*was built at 64 px"):
    ablation.load([a, large], plan)
  with pytest.raises(errors.UserError, match="Two configs have one name"):
    ablation.load([a, a], plan)
  other = ablation.Plan(**vars(plan) | {"baseline": "c"})
  with pytest.raises(
    errors.UserError, match=r"baseline=c is no row. Choose one of \['a', 'b'\]"
  ):
    ablation.load([a, b], other)


def test_the_configs_of_a_folder(tmp_path):
  for name in ("b.py", "a.py", "_base.py", "__init__.py", "notes.txt"):
    (tmp_path / name).touch()
  names = [path.name for path in ablation.config_files(tmp_path)]
  assert names == ["a.py", "b.py"]
  with pytest.raises(errors.UserError, match="missing holds no config"):
    ablation.config_files(tmp_path / "missing")
