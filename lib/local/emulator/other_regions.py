"""Lets a stack read the outputs of a stack in another Region, as `Fn::GetStackOutput` with a Region does.

MiniStack looks for them in the Region of the stack that reads.
"""

from ministack.core.responses import get_region, set_request_region
from ministack.services.cloudformation import engine


def reading_there(own):
    def resolve(value, *context):
        here = get_region()
        if isinstance(value, dict) and "Fn::GetStackOutput" in value:
            set_request_region(value["Fn::GetStackOutput"].get("Region", here))
        try:
            return own(value, *context)
        finally:
            set_request_region(here)

    return resolve


engine._resolve_refs = reading_there(engine._resolve_refs)
