# A command is not a test.
if keep { stop; }
