"""Fits the rule by which masks are reported: yes, unsure or no."""

from maskgan_jax.commands import command

if __name__ == "__main__":
  command.run("maskgan_jax.lab.commands.fit_report_rule")
