"""A place in an expression: what word comes next, and what must come."""

from typing import Final

from bot.sandbox.prometheus.lexer import NOT_SUPPORTED, BadQueryError, Word, words

_ABSENT: Final = frozenset({"%", "^", "@", "offset", "atan2", "on", "ignoring"})  # of PromQL


class Cursor:
    """Goes through the words of one expression."""

    def __init__(self, query: str) -> None:
        """Stand at its beginning."""
        self._words = list(words(query))
        self._next = 0

    @property
    def word(self) -> Word:
        """The next word."""
        return self._words[self._next]

    def take(self) -> Word:
        """Go over the next word."""
        word = self.word
        self._next += 1
        return word

    def is_(self, *texts: str) -> bool:
        """Tell whether the next word is one of these."""
        return self.word.kind in ("sign", "name") and self.word.text.lower() in texts

    def may(self, text: str) -> bool:
        """Go over the next word if it is this one; tells whether it was."""
        found = self.is_(text)
        self._next += found
        return found

    def must(self, text: str) -> None:
        """Go over the next word, which must be this one.

        Raises:
            BadQueryError: It is another.
        """
        if not self.may(text):
            raise self.unexpected(text)

    def demand(self, kind: str) -> str:
        """Take a word of this kind.

        Raises:
            BadQueryError: The next one is of another kind.
        """
        if self.word.kind != kind:
            raise self.unexpected(f"a {kind}")
        return self.take().text

    def unexpected(self, wanted: str = "") -> BadQueryError:
        """Build the complaint about the next word."""
        word = self.word
        if word.text.lower() in _ABSENT:
            return self.absent(f'"{word.text}"', word)
        rest = f", expected {wanted}" if wanted else ""
        return BadQueryError(f'1:{word.place}: parse error: unexpected "{word.text}"{rest}')

    def absent(self, what: str, word: Word | None = None) -> BadQueryError:
        """Build the complaint about a part of PromQL that this Prometheus does not know."""
        return BadQueryError(f"1:{(word or self.word).place}: {what} is {NOT_SUPPORTED}")
