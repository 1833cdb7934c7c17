"""Makes the tables of MODEL_CARD.md and README.md anew."""

from maskgan_jax.commands import command

if __name__ == "__main__":
  command.run("maskgan_jax.lab.commands.model_card")
