"""Locked periods: numbers that were agreed stay published until somebody restates them.

What is locked stands in the seeds of `seeds/locked`: it is reviewed with them and survives the
warehouse. `read_locks` reads it without a warehouse.
"""

from touchstone.locks.agreed import Lock, read_locks
from touchstone.locks.locking import write_published_values

__all__ = ["Lock", "read_locks", "write_published_values"]
