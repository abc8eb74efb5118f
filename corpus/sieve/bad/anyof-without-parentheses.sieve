# The tests of `anyof` stand in parentheses.
if anyof header :is "Subject" "a", header :is "Subject" "b" { keep; }
