"""Makes a run's weights the released ones, or a file of them."""

from maskgan_jax.commands import command

if __name__ == "__main__":
  command.run("maskgan_jax.lab.commands.release")
