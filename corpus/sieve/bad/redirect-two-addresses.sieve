# `redirect` takes one address at a time.
redirect "a@example.net, b@example.net";
