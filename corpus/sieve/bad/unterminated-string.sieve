# The string "Subject has no closing quote.
if header :contains "Subject "facture" {
    keep;
}
