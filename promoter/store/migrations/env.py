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
        context.run_migrations()
