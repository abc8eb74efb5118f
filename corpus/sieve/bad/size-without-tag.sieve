# `size` needs `:over` or `:under`.
if size 10K { discard; }
