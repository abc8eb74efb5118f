# `fileinto` is an extension, and is not required.
if header :contains "Subject" "facture" {
    fileinto "Factures";
}
