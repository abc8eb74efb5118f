# The subject as the server reads it: decoded, unfolded and trimmed.
require ["variables", "fileinto", "copy"];
if header :matches "Subject" "*" { fileinto :copy "S:${1}"; }
if header :matches "From" "*" { fileinto :copy "F:${1}"; }
if address :matches "From" "*" { fileinto :copy "A:${1}"; }
