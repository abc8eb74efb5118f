# Numbers contain no numbers: i;ascii-numeric has no substrings.
require "comparator-i;ascii-numeric";
if header :comparator "i;ascii-numeric" :contains "X-Priority" "1" { keep; }
