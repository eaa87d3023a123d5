"""Touches the database; the only home of SQL. Rows never leave: functions return core values."""
