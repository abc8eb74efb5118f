# The n-th header, from the top or from the bottom.
require ["index", "fileinto", "variables", "copy"];
if header :index 2 :matches "X-Label" "*" { fileinto :copy "2 ${1}"; }
if header :index 1 :last :matches "X-Label" "*" { fileinto :copy "1L ${1}"; }
if header :last :index 3 :matches "X-Label" "*" { fileinto :copy "3L ${1}"; }
if header :index 4 :matches "X-Label" "*" { discard; }
if address :index 2 :domain :matches "From" "*" { fileinto :copy "de ${1}"; }
