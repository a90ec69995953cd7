"""What failures share: how exits, events, clauses and conditions are read."""
