"""python -m promoter."""

from promoter.cli import main

main()
