"""Trains several configs alike and writes one table of their scores."""

from maskgan_jax.commands import command

if __name__ == "__main__":
  command.run("maskgan_jax.lab.commands.ablate")
