"""The two sides of the wall between the grader and the code of a student, and the wire between them."""
