# Flags count at the moment of the action, not at the end.
require ["imap4flags", "fileinto", "variables"];
addflag "$un";
fileinto "A";
addflag ["$deux", "\\seen"];
fileinto "B";
setflag "\\Deleted \\Draft";
fileinto "C";
fileinto :flags "" "D";
removeflag ["\\draft"];
if hasflag "\\DELETED" { addflag "x" "$trois"; fileinto :flags "${x} \\Answered" "E"; }
keep;
