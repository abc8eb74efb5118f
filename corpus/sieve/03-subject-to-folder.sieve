# File mail by words in its subject.
#
# The server decodes the subject first: write words as you read them, with
# their accents. Only a to z are compared without regard to case: "É" and "é"
# are two different letters.
require ["fileinto", "mailbox", "variables", "imap4flags"];

if header :contains "X-Spam-Flag" "YES" {
    stop;
}

# A reply or a forward keeps the words of the first subject: remove the prefix
# ("Re:", "Tr:", "Fwd:") and look at what remains.
set "subject" "";
if header :matches "Subject" ["Re: *", "Tr: *", "Fwd: *", "*"] {
    set "subject" "${1}";
}

# "[projet-tamis] Maquette" goes into Projets/tamis, whatever the project.
if string :comparator "i;ascii-casemap" :matches "${subject}" "[projet-*] *" {
    set :lower "project" "${1}";
    fileinto :create "Projets/${project}";
    stop;
}

# Any of these words, anywhere in the subject.
if string :comparator "i;ascii-casemap" :contains "${subject}"
    ["réunion", "ordre du jour", "compte rendu", "meeting"] {
    addflag "$Reunion";
    fileinto :create "Réunions";
}
