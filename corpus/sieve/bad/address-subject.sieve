# `address` only looks at headers that hold addresses.
if address :is "Subject" "marie@example.org" { keep; }
