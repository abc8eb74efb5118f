# In this version the `string` test compares bytes, unlike `header`.
require ["variables", "fileinto", "copy"];
if header :matches "Subject" "*" { set "s" "${1}"; }
if string :contains "${s}" "LUNCH" { discard; }
if string :comparator "i;ascii-casemap" :contains "${s}" "LUNCH" { fileinto :copy "Casemap"; }
if string :contains ["x", "${s}"] ["y", "Lunch"] { fileinto :copy "Octets"; }
if string :is "" "" { fileinto :copy "Vides"; }
