"""The pull-request check: which definitions change between two states, and which numbers move.

`sides` builds both states on the same data, `changes` and `models` say what was changed, `lineage`
what a change can reach, `movements` and `tables` what did move, `verdict` whether that was agreed.
"""
