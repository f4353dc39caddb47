"""What can go wrong with a stack on one machine. Every message ends with what to do next."""


class DevstackError(Exception):
    """The stack could not do what was asked; the message says why and what to do."""


class MissingPrerequisite(DevstackError):
    """Something that `make setup` provides is not there."""


class NotReady(DevstackError):
    """A process ended or stayed silent before it was ready; the message carries the tail of its log."""


class StackIsRunning(DevstackError):
    """The run directory belongs to a stack that is still up."""


class Refused(DevstackError):
    """A simulator's control API or the `apstream` command said no; the message carries its words."""
