"""
Decode pictures in a process of their own, which has nothing to give away.

`decoder` is the function's side. It executes `decoder_process` once, with an empty
environment; that forks one worker per picture. A worker gives up what decoding does not
need (`sandbox`), makes one picture and ends. `answers` checks the result.
"""
