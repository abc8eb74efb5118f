# No separator: no detail at all. Two separators: the first one counts.
require ["subaddress", "envelope", "fileinto", "variables", "copy"];
if envelope :detail :matches "to" "*" { fileinto :copy "detail(${1})"; }
if envelope :user :matches "to" "*" { fileinto :copy "user(${1})"; }
if address :detail :is "from" "" { discard; }
if address :user :is "from" "alice" { fileinto :copy "Alice"; }
