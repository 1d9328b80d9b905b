"""A pretend world on loopback to try and test the bot in; it shares no code with the bot."""
