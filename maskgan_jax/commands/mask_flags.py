"""The flags that say which masks are drawn."""

from absl import flags

from maskgan_jax import masks


def define() -> tuple[flags.FlagHolder[list[str]], flags.FlagHolder[list[str]]]:
  """Defines --kinds and --wear; empty lists restrict nothing."""
  return (
    flags.DEFINE_list(
      "kinds",
      [],
      f"Draw only these kinds of masks: {', '.join(masks.MASK_TYPES)}.",
    ),
    flags.DEFINE_list(
      "wear", [], f"Draw masks worn only so: {', '.join(masks.WEARS)}."
    ),
  )
