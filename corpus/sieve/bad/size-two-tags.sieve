# `size` takes only one of `:over` and `:under`.
if size :over :under 10K { discard; }
