"""The rules of the product as pure functions and frozen values: no await, no I/O, no clock."""
