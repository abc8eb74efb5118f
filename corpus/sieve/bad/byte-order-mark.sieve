# The first byte of a file must not be a byte order mark.
keep;
