# Two answers to one message fail at run time.
require ["vacation", "fileinto"];
fileinto "A";
vacation :addresses "marie@example.org" "one";
if header :contains "Subject" "Lunch" { vacation :addresses "marie@example.org" "two"; }
