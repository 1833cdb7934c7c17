import tomllib

from maskgan_jax.photos import provenance
from tests import command_line


def test_the_package_has_this_version():
  text = (command_line.ROOT / "pyproject.toml").read_text()
  settings = tomllib.loads(text)
  assert "version" not in settings["project"]
  source = settings["tool"]["setuptools"]["dynamic"]["version"]["attr"]
  assert source == "maskgan_jax.photos.provenance.VERSION"
  assert provenance.SOFTWARE == f"maskgan_jax {provenance.VERSION}"
