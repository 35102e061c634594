"""`python -m gateway` is the `o2o` command: children are started with it, whatever is on the PATH."""

from gateway.commands import main

if __name__ == "__main__":
    main()
