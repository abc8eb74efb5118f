# An item that the server does not know makes the test false, whatever the key.
require ["environment", "fileinto", "copy", "relational", "comparator-i;ascii-numeric"];
if environment :is "name" "pigeonhole sieve" { fileinto :copy "Nom"; }
if environment :matches "version" "?*" { fileinto :copy "Version"; }
if environment :contains "vnd.example.unknown" "" { discard; }
if environment :count "eq" :comparator "i;ascii-numeric" "vnd.example.unknown" "0" { discard; }
if environment :contains "remote-ip" "" { discard; }
