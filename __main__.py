"""`python -m cogov` is `cogov`: see `cogov --help`."""

from .cli.main import main

if __name__ == "__main__":
    main()
