"""From a master to what students, instructors and graders get. It knows `grading`, to try what it built."""
