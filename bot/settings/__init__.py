"""Settings: environment and config file, validated once, all problems reported together."""
