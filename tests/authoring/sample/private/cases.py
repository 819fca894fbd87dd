"""Make the sample's fixtures.json."""

import json

from private.oracle import squares

with open("fixtures.json", "w") as file:
    json.dump({"three": squares(4)[3]}, file)
