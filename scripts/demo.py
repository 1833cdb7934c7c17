"""Draws masks on two public-domain photos and takes them off again."""

from maskgan_jax.commands import command

if __name__ == "__main__":
  command.run("maskgan_jax.lab.commands.demo")
