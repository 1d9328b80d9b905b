"""Compiles our templates and keeps them: for an image in which nothing can be written later."""

from bot.rendering.templates import Templates


def main() -> None:
    """Compile all of them."""
    Templates().compile()


if __name__ == "__main__":
    main()
