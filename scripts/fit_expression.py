"""Fits the model by which expressions move landmarks."""

from maskgan_jax.commands import command

if __name__ == "__main__":
  command.run("maskgan_jax.lab.commands.fit_expression")
