# The number does not fit into 64 bits.
if size :over 99999999999999999999 { discard; }
