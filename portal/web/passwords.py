"""Passwords: argon2id, the same time for people who do not exist, and none that is tried first."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.errors import N_, Refused

# OWASP's second recommendation: 46 MiB, one pass, one lane.
_hasher = PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1)
MIN_STAFF, MIN_PATIENT, MAX = 15, 8, 200
#: Guesses that a new password must stand, by its least length: zxcvbn's "safely" and "somewhat" unguessable.
GUESSES = {MIN_STAFF: 10**8, MIN_PATIENT: 10**6}
#: What people here choose first and lists made elsewhere do not have; with what stands on the sign-in page.
CHOSEN_HERE = ("rawat", "rahasia", "sayang", "bismillah", "alhamdulillah", "indonesia", "merdeka", "garuda",
               "semangat", "cinta", "katasandi", "rumahsakit", "perawat", "dokter", "pasien", "farmasi",
               "apotek", "gudang", "jakarta", "bandung", "surabaya", "medan", "semarang", "yogyakarta")
#: Letters that are looked at: the time that it takes grows with their square.
LOOKED_AT = 40


def problem(password: str, least: int, *known: str) -> Refused | None:
    """Why a new password of at least `least` letters cannot be taken; `known` is what others know of the
    person. The lists of common and leaked passwords are zxcvbn's, offline."""
    if len(password) < least:
        return Refused(N_("The password needs at least %(least)s letters. Add %(more)s."), least=least,
                       more=least - len(password))
    if len(password) > MAX:
        return Refused(N_("The password has at most %(most)s letters."), most=MAX)
    names = [name.lower() for name in known if name]
    if password.lower() in names:
        return Refused(N_("A password that is your name or address is easily guessed. Choose another."))
    parts = [part for name in names for part in name.replace("@", " ").replace(".", " ").split()]
    if _guesses(password[:LOOKED_AT], (*names, *parts)) < GUESSES[least]:
        return Refused(N_("This password is among those that are tried first. Choose some words that do not "
                          "belong together."))
    return None


def _guesses(password: str, known: tuple[str, ...]) -> int:
    from zxcvbn import zxcvbn  # its lists take 12 MB, and most processes never need them
    return int(zxcvbn(password, user_inputs=[*known, *CHOSEN_HERE])["guesses"])


def hashed(password: str) -> str:
    """The argon2id hash to store."""
    return _hasher.hash(password)


@cache
def _dummy() -> str:
    return _hasher.hash("nobody has this password")


def verified(password: str, kept: str | None) -> bool:
    """Whether `password` is the one behind `kept`; takes the same time when there is none."""
    try:
        _hasher.verify(kept or _dummy(), password[:MAX])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def renewed(password: str, kept: str) -> str | None:
    """A new hash of a password that was just verified, where `kept` was made with other parameters; else
    None."""
    return hashed(password[:MAX]) if _hasher.check_needs_rehash(kept) else None
