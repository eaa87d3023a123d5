"""Stand-ins for the tests of steps; what they are is told where channels are tested."""

from tests.channels.conftest import facebook_standin as facebook_standin
from tests.channels.conftest import shopee_standin as shopee_standin
