"""A small B2B company with causes: the raw tables that Touchstone reads, and the truth behind them.

The way of a row: `world.yml` (parameters) -> `population` (companies, people, staff) and `plan`
(campaigns) -> `demand` (exposure, intent, deals: the causal part) -> `touches` -> `records` (leads,
contacts) and `deals` -> modules that lay out the tables of each system -> `faults` (ordinary dirt)
-> `files`.
"""
