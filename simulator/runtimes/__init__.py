"""The Pythons of a scenario: where they are, what they are, and the environments that are made for them."""
