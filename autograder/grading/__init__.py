"""One submission and one zip to results. Shipped whole in the zip; it knows no other wing."""
