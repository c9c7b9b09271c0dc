"""Speed, memory and cost, side by side with others; `make bench` runs all of it."""
