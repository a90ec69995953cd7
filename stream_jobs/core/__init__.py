"""What decides: changes to sessions, anomalies and edits. No clock, no I/O, no Faust."""
