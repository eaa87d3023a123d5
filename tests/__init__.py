"""The tests mirror the tree of promoter."""
