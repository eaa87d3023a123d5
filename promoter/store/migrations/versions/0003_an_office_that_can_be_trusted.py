"""What an office needs to run by itself: lives of credentials, quotas, stops, alerts"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("subject", "kind"),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("identity", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("quota", sa.JSON(), nullable=True))

    with op.batch_alter_table("credential", schema=None) as batch_op:
        batch_op.add_column(sa.Column("issued_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("expires_at", sa.BigInteger(), nullable=True))

    for table in ("producer", "product"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("stopped_at", sa.BigInteger(), nullable=True))
            batch_op.add_column(
                sa.Column("stopped_by", sa.String(), nullable=False, server_default="")
            )
