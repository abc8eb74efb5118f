# The regular expression has an open parenthesis and an open bracket.
require "regex";
if header :regex "Subject" "([a-z" { keep; }
