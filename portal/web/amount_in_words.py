"""Amounts in words, as forms want them: terbilang in Indonesian, words in English.

Not num2words (0.5.14): it writes "sembilan juta satu ribu …" for seribu, "min" for minus, "and" and commas in
English, and knows no sen.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_ID = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh",
       "sebelas")
_ID_GROUPS = ((10**15, "kuadriliun"), (10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"))
_EN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
       "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_EN_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_EN_GROUPS = ((10**15, "quadrillion"), (10**12, "trillion"), (10**9, "billion"), (10**6, "million"),
              (10**3, "thousand"))


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _id(number: int) -> str:
    if number < 12:
        return _ID[number]
    if number < 20:
        return f"{_ID[number - 10]} belas"
    for size, word, one in ((10**3, "ribu", "seribu"), (100, "ratus", "seratus"), (10, "puluh", "sepuluh")):
        if size <= number < (10**6 if size == 10**3 else size * 10):
            head, rest = divmod(number, size)
            return _joined(one if head == 1 else f"{_id(head)} {word}", _id(rest) if rest else "")
    for size, word in _ID_GROUPS:
        if number >= size:
            head, rest = divmod(number, size)
            return _joined(_id(head), word, _id(rest) if rest else "")
    raise AssertionError(number)


def _en(number: int) -> str:
    if number < 20:
        return _EN[number]
    if number < 100:
        tens, rest = divmod(number, 10)
        return _EN_TENS[tens] + (f"-{_EN[rest]}" if rest else "")
    if number < 1000:
        head, rest = divmod(number, 100)
        return _joined(_EN[head], "hundred", _en(rest) if rest else "")
    for size, word in _EN_GROUPS:
        if number >= size:
            head, rest = divmod(number, size)
            return _joined(_en(head), word, _en(rest) if rest else "")
    raise AssertionError(number)


def in_words(amount: Decimal | int, language: str = "id") -> str:
    """Rupiah in words, sen included when there are some: `seratus ribu rupiah`, `one hundred thousand
    rupiah`."""
    value = Decimal(amount).quantize(Decimal("0.01"), ROUND_HALF_UP)
    whole, sen = divmod(int(abs(value) * 100), 100)
    spell, minus = (_id, "minus") if language.startswith("id") else (_en, "minus")
    words = _joined(minus if value < 0 else "", spell(whole), "rupiah",
                    _joined(spell(sen), "sen") if sen else "")
    return words[:1].upper() + words[1:]
