"""An incident bot for services that depend on the Ideogram image API."""
