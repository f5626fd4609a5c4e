"""Touchstone: the Python beside the dbt project (sample company, loading, reference weights, checks)."""
