# Six mistakes: an unknown capability, a wrong tag, a missing colon, a string
# for a number, a list without a comma, and an unknown command.
require ["fileinto", "vacaton"];
if header :contain "Subject" "facture" {
    fileinto "Factures";
}
if header is "From" "alice@example.net" {
    keep;
}
if size :over "10M" {
    discard;
}
if address :is "to" ["marie@example.org" "contact@asso.example"] {
    moveto "Association";
}
