# Units are K, M and G: there is no "MB".
if size :over 10MB { discard; }
