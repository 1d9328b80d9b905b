"""What people and timers make the bot do: one verb per file."""
