"""A pretend Slack workspace that speaks the real protocols and refuses what Slack refuses."""
