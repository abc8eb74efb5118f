# A test has one match type.
if header :is :contains "Subject" "facture" { keep; }
