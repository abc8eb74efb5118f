# There is no test `subject`.
if subject :contains "facture" { keep; }
