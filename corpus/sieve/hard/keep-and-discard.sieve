# `discard` only takes back the implicit keep: an explicit one stays.
keep;
discard;
discard;
