"""How to reach a person, in the one form in which it is kept: e-mail addresses and telephone numbers."""

from __future__ import annotations

from models.errors import N_, Refused


def clean_email(text: str) -> str:
    """The address in its usual form, lower case. Raises `Refused` at the field email."""
    # Both libraries take long to import; who only reads pages does without.
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(text.strip(), check_deliverability=False,
                              test_environment=True).normalized.lower()
    except EmailNotValidError as error:
        raise Refused(N_("This is not an e-mail address. Write it like name@example.org."),
                      field="email") from error


def clean_phone(text: str | None) -> str | None:
    """A number as +62812…; numbers without a country are Indonesian. Raises `Refused` at the field phone."""
    if not text or not text.strip():
        return None
    import phonenumbers

    try:
        number = phonenumbers.parse(text, "ID")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or any(map(str.isalpha, text)) or not phonenumbers.is_possible_number(number):
        raise Refused(N_("This is not a telephone number. Write it like 0812 3456 7890."), field="phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
