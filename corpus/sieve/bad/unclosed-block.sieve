# The block of `if` is never closed.
if true {
    keep;
