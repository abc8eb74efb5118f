# :anychild looks at all parts at once, without a loop.
require ["mime", "fileinto", "copy"];
if header :mime :anychild :contenttype "Content-Type" "application/pdf" { fileinto :copy "PDF"; }
if header :mime :anychild :param "filename" :contains "Content-Disposition" "." { fileinto :copy "Fichier"; }
if header :mime :contenttype "Content-Type" "multipart/mixed" { fileinto :copy "Mixte"; }
if header :mime :anychild :type "Content-Type" "image" { fileinto :copy "Image"; }
if exists :mime :anychild "Content-Disposition" { fileinto :copy "Disposition"; }
