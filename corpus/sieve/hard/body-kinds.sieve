# The text, the decoded parts of a kind, or the message as it travels. In HTML,
# a tag leaves a blank behind: "<b>rich</b> version" has two of them.
require ["body", "fileinto", "copy"];
if body :contains "The rich  version" { fileinto :copy "Sans balises"; }
if body :contains "The rich version" { discard; }
if body :content "text/html" :contains "<b>rich</b>" { fileinto :copy "HTML"; }
if body :content ["text"] :contains "plain version" { fileinto :copy "Texte"; }
if body :raw :contains "--alt" { fileinto :copy "Brut"; }
if body :text :contains "old programs" { fileinto :copy "Préambule"; }
if body :content "application" :contains "" { discard; }
if body :content "message/rfc822" :contains "Programme secret" { fileinto :copy "Message inclus"; }
if body :text :contains "the concert" { fileinto :copy "Texte inclus"; }
if body :content "" :contains "see you" { fileinto :copy "Toutes"; }
