"""Who ran when: from looks at threads to spans, and a timeline that has them."""

from itertools import pairwise

import numpy as np

from simulator.analysis.spans import Spans, union
from simulator.analysis.timeline import Chosen, choose, lane, on_loop
from simulator.result.attribution import UNCOUNTED, Lane, Timeline, Watch
from simulator.result.looks import Looks
from simulator.result.samples import Samples
from simulator.runner_period import EVERY_NS
