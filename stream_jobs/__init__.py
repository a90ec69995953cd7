"""Changes to sessions, anomalies and edits: the pure core and the thin Faust shell around it."""
