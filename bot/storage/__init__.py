"""What is remembered, in SQLite or Postgres; the only importer of SQLModel and SQLAlchemy."""
