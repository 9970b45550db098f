"""The roles of the hospital: the one list that rights, workflows, menus and tests read."""

from enum import StrEnum


class Role(StrEnum):
    ADMIN = "admin"
    FACILITIES_STAFF = "facilities_staff"
    STORE_STAFF = "store_staff"
    STORE_HEAD = "store_head"
    FACILITIES_HEAD = "facilities_head"
    PAYABLES = "payables"
    RECEIVABLES = "receivables"
    UNIT_USER = "unit_user"
    FRONT_OFFICE = "front_office"
    HOUSEKEEPING = "housekeeping"
    DIRECTOR = "director"
    DOCTOR = "doctor"
    PATIENT = "patient"
    STUDENT = "student"
    TEACHER = "teacher"


#: Roles that work in the back office (`/admin/`); the others have homes of their own.
STAFF_ROLES = frozenset(Role) - {Role.PATIENT, Role.STUDENT, Role.TEACHER}
