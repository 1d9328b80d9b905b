"""A small Kubernetes API server: real requests, real patch rules, real rollouts, all in memory."""
