"""The command line, one module a command. The composition root: here plugins, configuration and runtime meet."""

from core.cli.app import main

__all__ = ["main"]
