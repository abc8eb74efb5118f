# `:contain` should be `:contains`.
if header :contain "Subject" "facture" { keep; }
