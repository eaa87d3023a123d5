"""The command line: parse, call one step or view, print."""


def main() -> None:
    """Run the command line; Ctrl-C ends it cleanly with exit code 130."""
    import sys

    from promoter.cli.main import app

    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # the reader of a pipe (head) has seen enough
        sys.stderr.close()
        sys.exit(0)
