# What `redirect` gets is not an address.
redirect "not an address";
