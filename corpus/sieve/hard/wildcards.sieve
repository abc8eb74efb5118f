# `*` takes as little as it can, `?` takes one byte, a backslash takes away their power.
require ["variables", "fileinto", "copy"];
set "v" "a*b?c\\d";
if string :matches "${v}" "a\\*b\\?c\\\\d" { fileinto :copy "Littéral"; }
if string :matches "${v}" "a?b?c?d" { fileinto :copy "Un octet"; }
if string :matches "${v}" "*b*d" { fileinto :copy "${1},${2}"; }
set "e" "été";
if string :matches "${e}" "??t??" { fileinto :copy "Deux octets"; }
if string :matches "${e}" "?t?" { discard; }
if string :matches "" "*" { fileinto :copy "Vide"; }
if string :matches "" "?" { discard; }
