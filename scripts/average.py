"""Averages the networks of several runs that started from the same one."""

from maskgan_jax.commands import command

if __name__ == "__main__":
  command.run("maskgan_jax.lab.commands.average")
