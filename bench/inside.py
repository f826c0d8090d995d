"""Run a module of the bench with Django around it: `python -m bench.inside desk ARGUMENTS`.

Models can only be imported once Django is set up, and their importers begin with those imports.
"""

import sys
from importlib import import_module

import django

if __name__ == "__main__":
    django.setup()
    module, *arguments = sys.argv[1:]
    import_module(f"bench.{module}").main(arguments)
