# No such comparator.
if header :comparator "i;no-case" :is "Subject" "facture" { keep; }
