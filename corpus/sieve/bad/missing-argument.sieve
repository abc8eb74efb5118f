# `header` needs names and keys: the keys are missing.
if header :contains "Subject" { keep; }
