"""Why something was pressed, in the audit trail."""

from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision: Final = "0004"
down_revision: Final = "0003"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    """Add the column; nobody knows it of older entries."""
    op.add_column("audit", sa.Column("why", AutoString(), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("audit", "why")
