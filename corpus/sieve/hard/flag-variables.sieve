# Flags in variables: no doubles, no case, and `hasflag` compares words.
require ["imap4flags", "variables", "relational", "comparator-i;ascii-numeric", "fileinto"];
set "v" "\\Seen \\seen $A";
addflag "v" ["$a", "$B"];
removeflag "v" "\\SEEN";
if hasflag :count "eq" :comparator "i;ascii-numeric" "v" "2" { fileinto :flags "${v}" "Deux"; }
if hasflag :contains ["v", "w"] "$" { keep; }
if hasflag "v" "$A $B" { fileinto "Ensemble"; }
