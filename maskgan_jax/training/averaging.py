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
from typing import Any

import jax
import jax.numpy as jnp

from maskgan_jax.common import errors
from maskgan_jax.networks import loaded, released
from maskgan_jax.networks import runs as runs_lib
from maskgan_jax.training import checkpoints as checkpoints_lib
from maskgan_jax.training import keys, settings, starting


def average(
  runs: Sequence[str],
  shares: Sequence[float],
  workdir: str,
  which: str = "latest",
  networks: Sequence[str] = ("segmenter", "generator"),
) -> None:
  """Writes a workdir with the weighted mean of several runs' networks.

  Args:
    runs: workdirs of runs that went on from the same one, or of that one, or
      .safetensors files of weights; of the last one, a run, the config is kept.
    shares: of each of them, at least 0, together 1.
    workdir: of the result, for evaluation and use.
    which: "latest" or "best" checkpoint of all.
    networks: to average; the others are the last run's.

  Raises:
    errors.UserError: the shares are no such, a network is unknown, a run is
      missing, its networks do not fit the last one's, or the workdir holds a
      checkpoint already.
  """
  _check(runs, shares)
  if unknown := sorted(set(networks) - {"segmenter", "generator"}):
    raise errors.UserError(
      f"The networks to average name {unknown[0]}; choose among segmenter and"
      " generator."
    )
  if any(pathlib.Path(workdir).glob("checkpoints/*")):
    raise errors.UserError(
      f"{workdir} holds a checkpoint already. Choose another --workdir."
    )
  config = checkpoints_lib.read_config(runs[-1])
  # A smaller network grows as it did where the last run began.
  key = keys.of_run(config.seed).initialisation
  state = settings.initial_state(config, key)
  parts = []
  for run, share in zip(runs, shares, strict=True):
    step, found = _load(run, which)
    grown = starting.start_from(state, found, run).networks
    part = {
      name: {"params": grown[name].params, "batch_stats": grown[name].stats}
      for name in found.keys() & set(networks)
    }
    parts.append(jax.tree.map(lambda x, share=share: share * x, part))
  mean = jax.tree.map(lambda *shared: sum(shared), *parts)
  # Of the last run, whatever is not averaged.
  state = starting.start_from(state, found | mean, runs[-1])
  state = state._replace(step=jnp.asarray(step, jnp.int32))
  checkpoints_lib.claim_workdir(workdir, config)
  with contextlib.closing(checkpoints_lib.Checkpoints(workdir)) as checkpoints:
    # It has no score before it is evaluated.
    checkpoints.save(state, {"psnr_in_mask": float("nan")})


def _load(run: str, which: str) -> tuple[int, dict[str, Any]]:
  """The step and the variables of a run or of a file of weights."""
  if loaded.is_run(run):
    return runs_lib.load_inference(run, which)
  found = released.load(run)
  return found.step, found.variables


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
