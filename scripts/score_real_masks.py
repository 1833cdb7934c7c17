"""Scores the masks found on photos of people who really wear one."""

from maskgan_jax.commands import command

if __name__ == "__main__":
  command.run("maskgan_jax.lab.commands.score_real_masks")
