# The envelope has "from" and "to", but no "cc".
require "envelope";
if envelope :is "cc" "marie@example.org" { keep; }
