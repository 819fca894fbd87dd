"""A class to a gradebook, a report and feedback. It knows `grading`."""
