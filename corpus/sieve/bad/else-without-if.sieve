# `else` must follow `if` or `elsif`.
keep;
else { discard; }
