"""What is done after a post: readings, comments, corrections, credentials"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "credential",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account"),
    )
    op.create_table(
        "follow_up",
        sa.Column("post_key", sa.String(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_key"],
            ["post.key"],
        ),
        sa.PrimaryKeyConstraint("post_key", "verb"),
    )
    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.create_index("follow_up_due", ["account", "verb", "due_at"], unique=False)

    with op.batch_alter_table("creative", schema=None) as batch_op:
        batch_op.add_column(sa.Column("listing", sa.JSON(), nullable=True))

    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shown", sa.String(), nullable=False, server_default=""))

    # revenue in đồng passes what 32 bits hold
    for table in ("metric", "metric_latest"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(
                "value",
                existing_type=sa.Integer(),
                type_=sa.BigInteger(),
                existing_nullable=False,
            )

    # what is live already is read, too
    op.execute(
        "insert into follow_up (post_key, verb, account, due_at, tries)"
        " select post_key, 'measure', account, coalesce(settled_at, next_at), 0"
        " from delivery where state = 'PUBLISHED'"
    )
