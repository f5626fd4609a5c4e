"""Measures the project against the floor of the machine, its peers, and its targets."""
