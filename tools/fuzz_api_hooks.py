"""Questions that tools/fuzz-api does not ask, since the description cannot say what they are."""

import schemathesis
from schemathesis import GenerationMode

# As a form writes a field that was left empty: it asks nothing, whatever the field should hold.
EMPTY = ("", None, [], {}, [""], [None])


@schemathesis.hook
def filter_case(context, case):
    asked = case.query or {}
    if any(value in EMPTY for value in asked.values()):
        return False
    # A cursor is only what a list gave.
    is_right = case.meta is None or case.meta.generation.mode == GenerationMode.POSITIVE
    return not (is_right and "cursor" in asked)
