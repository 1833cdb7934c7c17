"""Networks between several runs: truer than each, with fewer flaws.

What a perceptual loss and a discriminator add to a network that was trained to
reconstruct costs PSNR, in proportion to the square of what is added. Between
the parameters of networks that went on from the same one lie networks that add
a share of it (network interpolation: Wang et al., ESRGAN, 2018, section 3.4).
Each run has flaws of its own, which the mean of several runs does not have
(model soups: Wortsman et al., 2022).
"""

import contextlib
import math
import pathlib
from collections.abc import Sequence

import jax
import jax.numpy as jnp

from maskgan_jax.common import errors
from maskgan_jax.networks import runs as runs_lib
from maskgan_jax.training import checkpoints as checkpoints_lib
from maskgan_jax.training import settings


def average(
  runs: Sequence[str],
  shares: Sequence[float],
  workdir: str,
  which: str = "latest",
) -> None:
  """Writes a workdir with the weighted mean of several runs' networks.

  Args:
    runs: workdirs of runs that went on from the same one, or of that one; the
      last one's config is kept.
    shares: of each of them, at least 0, together 1.
    workdir: of the result, for evaluation and use.
    which: "latest" or "best" checkpoint of all.

  Raises:
    errors.UserError: the shares are no such, a run is missing, the runs'
      networks differ in shape, or the workdir holds a checkpoint already.
  """
  _check(runs, shares)
  if any(pathlib.Path(workdir).glob("checkpoints/*")):
    raise errors.UserError(
      f"{workdir} holds a checkpoint already. Choose another --workdir."
    )
  config = checkpoints_lib.read_config(runs[-1])
  state = settings.initial_state(config, jax.random.key(0))
  mean = None
  for run, share in zip(runs, shares, strict=True):
    step, found = runs_lib.load_inference(run, which)
    checkpoints_lib.start_from(state, found, run)  # Says so if shapes differ.
    part = jax.tree.map(lambda x, share=share: share * x, found)
    mean = jax.tree.map(jnp.add, mean, part) if mean else part
  state = checkpoints_lib.start_from(state, mean, runs[-1])
  state = state._replace(step=jnp.asarray(step, jnp.int32))
  checkpoints_lib.claim_workdir(workdir, config)
  with contextlib.closing(checkpoints_lib.Checkpoints(workdir)) as checkpoints:
    # It has no score before it is evaluated.
    checkpoints.save(state, {"psnr_in_mask": float("nan")})


def _check(runs, shares):
  given = ", ".join(map(str, shares))
  if len(runs) != len(shares):
    raise errors.UserError(
      f"There are {len(runs)} runs but {len(shares)} shares ({given}). Give one"
      " share for each run."
    )
  if not all(0 <= share <= 1 for share in shares) or not math.isclose(
    sum(shares), 1, abs_tol=1e-3
  ):
    raise errors.UserError(
      f"The shares are {given}; they must be at least 0 and together 1."
    )
