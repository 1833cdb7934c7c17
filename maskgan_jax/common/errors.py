"""What the user can mend."""


class UserError(ValueError):
  """Bad input; the message names it and says what to do.

  Scripts print the message alone; any other exception is a defect of the
  program and shows where it arose.
  """
