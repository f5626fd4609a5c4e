"""The same touches and deals through other ways of attribution, each in a process of its own.

They give shares as floats; ours are settled to the cent. `check` says how far apart they are.
"""
