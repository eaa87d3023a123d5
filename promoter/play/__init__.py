"""The longer stories of the front doors, on top of pipeline and engine."""
