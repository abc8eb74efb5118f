# A test is not a command.
header :is "Subject" "facture";
