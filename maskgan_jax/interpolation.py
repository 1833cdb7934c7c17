"""Networks between two runs: less sharp than one, truer than the other.

What a perceptual loss and a discriminator add to a network that was trained to
reconstruct costs PSNR, in proportion to the square of what is added: half of it
costs a quarter. Between the parameters of two networks that went on from the
same one lies a line of networks that add a share of it (network interpolation:
Wang et al., ESRGAN, 2018, section 3.4).
"""

import contextlib
import pathlib

import jax
import jax.numpy as jnp

from maskgan_jax import checkpoint, errors, factory


def interpolate(
  first: str, second: str, share: float, workdir: str, which: str = "latest"
) -> None:
  """Writes a workdir with the networks between those of two runs.

  Args:
    first: workdir of a run.
    second: workdir of a run that went on from it or started as it did; its
      config is kept.
    share: of the second, in [0, 1].
    workdir: of the result, for evaluation and use.
    which: "latest" or "best" checkpoint of both.

  Raises:
    errors.UserError: share is no share, a run is missing, the runs' networks
      differ in shape, or the workdir holds a checkpoint already.
  """
  if not 0.0 <= share <= 1.0:
    raise errors.UserError(f"The share is {share}; it must be within 0 and 1.")
  if any(pathlib.Path(workdir).glob("checkpoints/*")):
    raise errors.UserError(
      f"{workdir} holds a checkpoint already. Choose another --workdir."
    )
  config = checkpoint.read_config(second)
  step, ends = checkpoint.load_inference(second, which)
  _, starts = checkpoint.load_inference(first, which)
  state = factory.initial_state(config, jax.random.key(0))
  for found, origin in ((starts, first), (ends, second)):
    checkpoint.start_from(state, found, origin)  # Says so if shapes differ.
  mixed = jax.tree.map(lambda a, b: (1.0 - share) * a + share * b, starts, ends)
  state = checkpoint.start_from(state, mixed, second)
  state = state._replace(step=jnp.asarray(step, jnp.int32))
  checkpoint.claim_workdir(workdir, config)
  with contextlib.closing(checkpoint.Checkpoints(workdir)) as checkpoints:
    # It has no score before it is evaluated.
    checkpoints.save(state, {"psnr_in_mask": float("nan")})
