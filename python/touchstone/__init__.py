"""Touchstone: the Python beside the dbt project (sample, loading, reference weights)."""
