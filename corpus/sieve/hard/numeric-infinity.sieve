# i;ascii-numeric: what does not begin with a digit is infinite, and digits end the number.
require ["variables", "relational", "comparator-i;ascii-numeric", "fileinto", "copy"];
if string :value "gt" :comparator "i;ascii-numeric" "abc" "1000000" { fileinto :copy "Infini"; }
if string :is :comparator "i;ascii-numeric" "abc" "-5" { fileinto :copy "Égaux"; }
if string :is :comparator "i;ascii-numeric" "0012abc" "12" { fileinto :copy "Douze"; }
if string :value "lt" :comparator "i;ascii-numeric" "9" "10" { fileinto :copy "Nombres"; }
if string :value "lt" "9" "10" { discard; }
if string :value "lt" :comparator "i;ascii-numeric" "99999999999999999999998" "99999999999999999999999" { fileinto :copy "Grands"; }
if string :is :comparator "i;ascii-numeric" "" "x" { fileinto :copy "Vide"; }
