"""Times the parts of a config on this machine."""

from maskgan_jax.commands import command

if __name__ == "__main__":
  command.run("maskgan_jax.lab.commands.benchmark")
