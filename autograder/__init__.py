"""The engine: builds what students, instructors and graders need from one master. It knows no assignment."""
