# Tags stand in any order, before the other arguments.
require ["fileinto", "copy", "mailbox", "imap4flags", "relational", "comparator-i;ascii-numeric", "vacation"];
if header :comparator "i;octet" :contains "Subject" "Lunch" { fileinto :create :flags "$a" :copy "A"; }
if header :contains :comparator "i;ascii-casemap" "Subject" "LUNCH" { fileinto :copy :flags ["$b", "$c"] :create "B"; }
if address :localpart :comparator "i;ascii-casemap" :is "From" "alice" { fileinto :flags "$d" "D"; }
if address :count "eq" :domain :comparator "i;ascii-numeric" ["From", "To"] "2" { keep; }
vacation :subject "s" :mime :days 7 :handle "h" :addresses "marie@example.org" :from "marie@example.org" "Content-Type: text/plain

away";
