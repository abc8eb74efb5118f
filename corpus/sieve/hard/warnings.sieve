# The server accepts all of this, with a warning for each line.
require ["date", "vacation", "fileinto", "editheader"];
if date "date" "jour" "23" { discard; }
if header :contains "Subject: " "Lunch" { discard; }
if date :zone "Paris" :is "date" "hour" "08" { fileinto "Zone locale"; }
deleteheader "Received";
if false { vacation :days 0 "never"; }
