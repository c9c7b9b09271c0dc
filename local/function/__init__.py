"""Lambda on this machine: executions of the function, and who invokes them."""
