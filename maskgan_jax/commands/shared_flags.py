"""Flags that several commands have."""

from absl import flags

from maskgan_jax.common import errors
from maskgan_jax.unmasking.backends import interface


class Networks:
  """The flags that say whose networks are used.

  Attributes:
    flags: the three of them, for a group of --help.
  """

  def __init__(self):
    self._weights = flags.DEFINE_string(
      "weights",
      None,
      "Weights to use instead of the released ones: FILE.safetensors with its"
      " card FILE.json beside it. Photos and videos also take FILE.onnx, which"
      " maskgan export writes.",
    )
    self._workdir = flags.DEFINE_string(
      "workdir", None, "A run of maskgan train to use instead of --weights."
    )
    self._checkpoint = define_checkpoint()
    self.flags = (self._weights, self._workdir, self._checkpoint)

  def __call__(self) -> tuple[str | None, str]:
    """Returns the weights, None for the released ones, and which checkpoint.

    Raises:
      errors.UserError: the flags name two.
    """
    weights, workdir = self._weights.value, self._workdir.value
    if weights and workdir:
      raise errors.UserError(
        f"--weights={weights} and --workdir={workdir} both say whose networks"
        " are used. Give one of them."
      )
    return weights or workdir, self._checkpoint.value


def define_backend() -> flags.FlagHolder[str | None]:
  """Defines the flag that chooses what computes the networks."""
  return flags.DEFINE_enum(
    "backend",
    None,
    interface.BACKENDS,
    "What computes the networks: by default onnx for FILE.onnx, jax otherwise.",
  )


def define_checkpoint() -> flags.FlagHolder[str]:
  """Defines the flag that chooses among a run's checkpoints."""
  return flags.DEFINE_enum(
    "checkpoint",
    "latest",
    ["latest", "best"],
    "Which checkpoint of a run to use. best has the highest PSNR in the mask on"
    " the validation split, which favours smooth pictures.",
  )
