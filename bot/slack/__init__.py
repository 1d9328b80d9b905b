"""Everything that knows Slack: what comes in, what goes out, and how it looks there."""
