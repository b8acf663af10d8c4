"""The walk through supervision: from complaints to sanctions, inspections, samples, warnings, disclosures, reports.

How small: one matter of each; of several accused two at most; one sanction after the other, of three measures; one
part of the checklist, of which two items do not conform; two cases drawn; three versions of a disclosure; a committee,
its city and its province. Left out are a stop, which suspends an activity, and rectifications extended without end.
"""

from tests.walk.supervision.complaining import the_complaint, the_investigation
from tests.walk.supervision.disclosing import the_disclosure
from tests.walk.supervision.inspecting import the_inspection
from tests.walk.supervision.reporting import the_reports
from tests.walk.supervision.sampling import the_sample
from tests.walk.supervision.sanctioning import the_sanction
from tests.walk.supervision.warning import the_warning

SUPERVISION = (
    *(the_complaint, the_investigation, the_sanction, the_inspection),
    *(the_sample, the_warning, the_disclosure, the_reports),
)
