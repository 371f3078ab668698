"""Words: the same whether a sentence is ASCII or not, and the same terms whether its words were looked up together or by each lexicon."""

from hypothesis import given, settings
from hypothesis import strategies as st

from opencdi.knowledge.words import FirstWords, Lexicon, words_of

ASCII = st.text(st.characters(max_codepoint=127), max_size=30) | st.text("aZ9'_- .s\"\\x\x1c\x0b\x00,", max_size=12)
TERMS = (("a", 1), ("a b", 2), ("a b c d", 3), ("b c", 4), ("c d", 5))


@settings(max_examples=2_000)
@given(ASCII)
def test_an_ascii_text_has_the_words_that_any_text_has(text: str) -> None:
    alone, among = words_of(text), words_of(f"{text} é")
    count = len(alone.words) - 1
    assert alone.words[:count] == among.words[:-2]
    assert (alone.starts[:count], alone.ends[:count]) == (among.starts[:-2], among.ends[:-2])


def test_each_stretch_ends_with_a_break() -> None:
    words = words_of("No fever. AKI", [(0, 9), (10, 13)])
    assert words.words == ["no", "fever", "\n", "aki", "\n"]
    assert words.breaks == [2, 4]


@given(st.lists(st.sampled_from("abcde"), max_size=12))
def test_terms_are_the_same_where_their_first_words_were_looked_up(letters: list[str]) -> None:
    lexicon, other = Lexicon(TERMS), Lexicon((("e", 0),))
    words = words_of(" ".join(letters), first_words=FirstWords((other, lexicon)))
    assert words.matches(lexicon) == lexicon.matches(words.words)
    assert words.beginnings(lexicon) == lexicon.beginnings(words.words, 0, len(words.words))


def test_the_longest_term_is_found() -> None:
    assert Lexicon(TERMS).matches(["a", "b", "c", "d", "e", "a", "b"]) == [(0, 4, 3), (5, 7, 2)]
