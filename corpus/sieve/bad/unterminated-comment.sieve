# The comment below is never closed.
keep;
/* the rest of the rules
