"""The metrics: what each is, and its values as rows.

Metrics are defined beside their marts in MetricFlow's YAML. This package reads the definitions
that dbt writes into `target/semantic_manifest.json`, asks MetricFlow for their SQL, and keeps the
answers as rows for tools that know nothing of MetricFlow.
"""

from touchstone.metrics.catalogue import Metric, catalogue, days_to_settle, read_catalogue
from touchstone.metrics.values import write_values

__all__ = ["Metric", "catalogue", "days_to_settle", "read_catalogue", "write_values"]
