# `(?:` belongs to Perl's expressions, not to POSIX ones.
require "regex";
if header :regex "Subject" "(?:facture|invoice)" { keep; }
