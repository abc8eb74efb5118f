# An empty header exists: it is equal to "", and contains it.
require ["fileinto", "copy"];
if header :is "Subject" "" { fileinto :copy "Vide"; }
if header :matches "Subject" "?*" { discard; }
if header :is "X-Absent" "" { discard; }
if exists "subject" { fileinto :copy "Existe"; }
if size :over 5K { discard; }
