"""People, the bodies one can hold a role in, and who holds which role where, from when to when."""

from ethicsreview.accounts.models.appointments import Appointment, Restriction
from ethicsreview.accounts.models.bodies import Authority, Body, Institution, authority_over
from ethicsreview.accounts.models.people import Person
from ethicsreview.accounts.models.roles import COMMITTEE_ROLES, DESK_ROLES, VOTING_ROLES, Role
from ethicsreview.accounts.models.sequence import Sequence
from ethicsreview.accounts.models.tokens import ApiToken, FeedAddress

__all__ = [
    "COMMITTEE_ROLES",
    "DESK_ROLES",
    "VOTING_ROLES",
    "ApiToken",
    "Appointment",
    "Authority",
    "Body",
    "FeedAddress",
    "Institution",
    "Person",
    "Restriction",
    "Role",
    "Sequence",
    "authority_over",
]
