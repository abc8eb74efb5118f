# Every value of every named header against every key; a missing header has no value.
require ["fileinto", "copy"];
if header :is ["X-Absent", "Subject"] ["nothing", "Second subject"] { fileinto :copy "Deuxième"; }
if header :is "x-label" ["bleu"] { fileinto :copy "Bleu"; }
if header :contains "X-Absent" "" { discard; }
if header :contains "Subject" "" { fileinto :copy "Présent"; }
if exists ["From", "X-Label", "x-absent"] { discard; }
if address :is "from" "mallory@example.com" { fileinto :copy "Mallory"; }
