"""Who is told of dates before later movements: the heads when one is asked for, its author when it is
allowed."""

from models.errors import N_
from models.operations.people.notices import Declared, declare, holders
from models.roles import Role

ADDRESS = "/admin/{table}/details/?id={id}"
declare(Declared(
    "date_asked", holders(Role.STORE_HEAD),
    N_("%(table)s of %(day)s waits for your permission to be dated so"),
    (N_("Why it needs it: %(reason)s"),), lambda document: {"table": document.__tablename__,
                                           "day": document.document_date.isoformat()},
    ADDRESS, channels=(), icon="calendar-time"))
declare(Declared(
    "date_allowed", lambda document: [document.created_by],
    N_("%(table)s: the date %(day)s is allowed"), (N_("It can be posted now."),),
    lambda document: {"table": document.__tablename__, "day": document.document_date.isoformat()},
    ADDRESS, channels=(), icon="calendar-event"))
