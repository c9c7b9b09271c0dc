"""The built package on this machine: `sam local invoke`, or without Docker."""
