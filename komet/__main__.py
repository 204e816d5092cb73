"""`python -m komet`: the command line."""

from komet.cli import main

if __name__ == "__main__":
    main()
