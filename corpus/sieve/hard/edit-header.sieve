# An edited header is what later tests see.
require ["editheader", "fileinto", "copy", "index"];
addheader "X-Ajout" "premier é";
addheader :last "X-Ajout" "dernier";
if header :index 1 :is "X-Ajout" "premier é" { fileinto :copy "Ajouté"; }
if header :index 2 :is "X-Ajout" "dernier" { fileinto :copy "Dernier"; }
deleteheader :index 1 "X-Ajout";
deleteheader :contains "Subject" "lunch";
if not exists "Subject" { fileinto :copy "Sans sujet"; }
if header :is "X-Ajout" "dernier" { fileinto :copy "Reste"; }
