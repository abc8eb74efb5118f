# The text is decoded to UTF-8 before it is compared, whatever its charset.
require ["body", "fileinto", "copy"];
if body :text :contains "élèves" { fileinto :copy "quoted-printable"; }
if body :text :contains "l'été à la plage" { fileinto :copy "base64"; }
if body :text :contains "déménagement est prévu à Noël" { fileinto :copy "ISO-8859-1"; }
if body :text :contains "25 €. Le cœur" { fileinto :copy "ISO-8859-15"; }
if body :text :contains "“devis” est prêt – il s’élève" { fileinto :copy "windows-1252"; }
if body :text :contains "Привет" { fileinto :copy "koi8-r"; }
if body :text :contains "会議" { fileinto :copy "ISO-2022-JP"; }
if body :text :contains "Export terminé." { fileinto :copy "UTF-16"; }
if body :text :contains "UTF-8 brut" { fileinto :copy "sans MIME"; }
if body :text :contains "soldes commencent mercre di & jeudi" { fileinto :copy "HTML"; }
if body :text :contains "script" { fileinto :copy "script"; }
if body :text :contains "Titre" { fileinto :copy "titre"; }
if body :text :contains "commentaire" { fileinto :copy "commentaire"; }
