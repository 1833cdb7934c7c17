"""The flag that names a config file."""

import pathlib
import sys
from typing import Any

from absl import flags
from ml_collections.config_flags import config_flags


class _Parser(config_flags.ConfigFileFlagParser):
  """Says at once where the file is missing."""

  def parse(self, path: str) -> Any:
    """Returns the config of FILE.py or FILE.py:ARGUMENT."""
    file = path.partition(":")[0]
    if not pathlib.Path(file).is_file():
      raise ValueError(
        "no such file. Give a config such as configs/portraits.py of this"
        " project's checkout."
      )
    let_import_neighbours(file)
    return super().parse(path)


def define() -> flags.FlagHolder:
  """Defines --config, and --config.NAME for each value of that file."""
  holder = config_flags.DEFINE_config_file(
    "config",
    None,
    "A config file, such as configs/portraits.py. --config.NAME=VALUE changes"
    " one of its values.",
  )
  flags.FLAGS["config"].parser = _Parser(name="config")
  return holder


def let_import_neighbours(path: str) -> None:
  """Lets a config file import others of its package.

  Those of this project import each other as `configs`, wherever a command is
  started: the folder that holds the package is put on the path.
  """
  folder = pathlib.Path(path).resolve().parent
  if not (folder / "__init__.py").is_file():
    return
  while (folder / "__init__.py").is_file():
    folder = folder.parent
  if str(folder) not in sys.path:
    sys.path.append(str(folder))
