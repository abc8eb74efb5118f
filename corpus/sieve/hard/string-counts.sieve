# `string :count` counts the strings that are not empty.
require ["variables", "relational", "comparator-i;ascii-numeric", "fileinto", "copy"];
if string :count "eq" :comparator "i;ascii-numeric" ["a", "", "b", "${none}"] "2" { fileinto :copy "Deux"; }
if string :count "eq" :comparator "i;ascii-numeric" ["a", "", "b", "${none}"] "4" { fileinto :copy "Quatre"; }
if header :count "eq" :comparator "i;ascii-numeric" "X-Label" "3" { fileinto :copy "Trois"; }
if header :count "eq" :comparator "i;ascii-numeric" ["X-Absent", "Subject"] "2" { fileinto :copy "Sujets"; }
