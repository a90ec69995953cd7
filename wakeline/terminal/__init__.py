"""What people read in a terminal: tables, verdicts, steps and trees of sessions."""
