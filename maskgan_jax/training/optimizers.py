"""Adam and its learning rate."""

import optax

from maskgan_jax.common import errors


def adam(
  *,
  learning_rate: float,
  b1: float,
  schedule: str,
  warmup_steps: int,
  num_train_steps: int,
  clip_norm: float,
) -> optax.GradientTransformation:
  """Returns Adam with a schedule.

  Args:
    learning_rate: the highest rate.
    b1: decay of the mean of the gradients.
    schedule: "constant", or "cosine" to zero at `num_train_steps`.
    warmup_steps: steps of a linear warm-up before it, may be 0.
    num_train_steps: steps of the run.
    clip_norm: global norm to which gradients are clipped, 0 for no clipping.

  Raises:
    errors.UserError: another schedule, or a warm-up as long as the run.
  """
  rate = learning_rate_schedule(
    learning_rate=learning_rate,
    schedule=schedule,
    warmup_steps=warmup_steps,
    num_train_steps=num_train_steps,
  )
  transformation = optax.adam(rate, b1=b1)
  if not clip_norm:
    return transformation
  return optax.chain(optax.clip_by_global_norm(clip_norm), transformation)


def learning_rate_schedule(
  *,
  learning_rate: float,
  schedule: str,
  warmup_steps: int,
  num_train_steps: int,
) -> optax.Schedule:
  """Returns the learning rate as a function of the step; see `adam`."""
  if not 0 <= warmup_steps < num_train_steps:
    raise errors.UserError(
      f"warmup_steps is {warmup_steps}. It must be at least 0 and below"
      f" num_train_steps, {num_train_steps}."
    )
  if schedule == "constant":
    main = optax.constant_schedule(learning_rate)
  elif schedule == "cosine":
    main = optax.cosine_decay_schedule(
      learning_rate, num_train_steps - warmup_steps
    )
  else:
    raise errors.UserError(
      f'The schedule is "{schedule}". Choose "constant" or "cosine".'
    )
  if not warmup_steps:
    return main
  warmup = optax.linear_schedule(0.0, learning_rate, warmup_steps)
  return optax.join_schedules([warmup, main], [warmup_steps])
