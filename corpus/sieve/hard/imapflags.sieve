# The draft of 2000 that mailcow still enables: `mark` sets \Flagged.
require ["imapflags", "fileinto"];
addflag ["\\Seen", "$Ancien"];
mark;
removeflag "\\Seen";
if header :contains "Subject" "Lunch" { fileinto "Repas"; }
else { unmark; }
