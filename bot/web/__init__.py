"""HTTP in: Slack's requests, health and metrics, on one port."""
