"""The Web API methods of the pretend Slack, one module per family; web_api.py lists them."""
