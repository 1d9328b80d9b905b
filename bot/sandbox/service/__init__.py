"""The pretend customer: an application that calls Ideogram, and three users of it."""
