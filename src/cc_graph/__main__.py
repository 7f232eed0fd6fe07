"""`python -m cc_graph` is `cc-graph`."""

from cc_graph.cli import main

if __name__ == "__main__":
    main()
