"""Run the command line: `python -m cogov` is the same as `cogov`."""

from .cli.main import main

if __name__ == "__main__":
    main()
