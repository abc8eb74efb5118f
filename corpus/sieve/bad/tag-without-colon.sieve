# The colon before `contains` is missing.
if header contains "Subject" "facture" { keep; }
