"""Alembic's entry: one transaction on the engine that the program hands over."""

from alembic import context
from sqlmodel import SQLModel

import promoter.store.tables as tables

engine = context.config.attributes["engine"].execution_options(promoter_write=True)
assert tables.Row.metadata is SQLModel.metadata  # the tables are registered  # noqa: S101

with engine.connect() as connection:
    context.configure(
        connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":  # SQLite lets in one at a time by itself
            connection.exec_driver_sql("select pg_advisory_xact_lock(1347571028)")
        context.run_migrations()
