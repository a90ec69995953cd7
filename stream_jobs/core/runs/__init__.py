"""What engines share: the views of their kinds, and how runs, steps and tries are read from them."""
