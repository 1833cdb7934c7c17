"""Runs `maskgan unmask` from a checkout."""

from maskgan_jax.commands import command

if __name__ == "__main__":
  command.run("maskgan_jax.commands.unmask")
