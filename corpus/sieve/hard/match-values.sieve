# Only a test that succeeds sets the match values, and it sets all of them.
require ["variables", "fileinto", "copy"];
fileinto :copy "avant:${1}";
if header :matches "Subject" "* on *" { fileinto :copy "${0}|${1}|${2}|${3}"; }
if header :matches "Subject" "* off *" { discard; }
fileinto :copy "encore:${2}";
if allof (header :matches "From" "*<*@*>", header :matches "To" "*") { fileinto :copy "suite:${1}${2}"; }
if not header :matches "Subject" "L*h on *" { discard; }
fileinto :copy "fin:${1}-${2}-${01}";
