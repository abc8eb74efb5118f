# `if` needs a test.
if { keep; }
