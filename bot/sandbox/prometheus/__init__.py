"""A small Prometheus: it scrapes the pretend service and answers the PromQL that people ask."""
