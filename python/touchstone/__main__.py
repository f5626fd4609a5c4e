"""`python -m touchstone`: the same as the command `touchstone`."""

from touchstone.cli import entry

entry()
