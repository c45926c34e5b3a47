"""`make bench`: how fast, how dear, how right, in ratios of one run. Nothing in here is deployed."""

import local as local  # puts the layer on the path, as on Lambda
