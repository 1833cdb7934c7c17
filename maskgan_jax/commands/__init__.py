"""The commands of `maskgan`: their flags, and how they start.

A command is a module with absl flags and

- a docstring: what it does, in one line, and examples; --help shows it,
- GROUPS, from a title to the flags that --help lists under it: each flag of the
  command is in exactly one group,
- REQUIRED, the flags that must be given; it may be left out,
- `main()`.

`main.COMMANDS` names those of `maskgan`. A script starts one by its module:
`command.run("maskgan_jax.commands.unmask")`.
"""
