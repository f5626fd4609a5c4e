"""A small B2B company with causes: it writes the raw tables that Touchstone reads, and the truth behind them.

The way of a row: `world.yml` (parameters) -> `population` (companies, people, staff) and `plan` (campaigns)
-> `demand` (exposure, intent, deals: the causal part) -> `touches` -> `records` (leads, contacts) and `deals`
-> one module per source system that lays out its tables -> `faults` (ordinary dirt) -> `files`.
"""
