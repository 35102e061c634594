"""Till feeds taken in: single documents at the door, day files of any size from the command line."""
