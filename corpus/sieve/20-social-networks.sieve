# Social networks and meetups.
#
# Replace the domains by those of your networks. Messages that a person wrote
# to me stay in INBOX; likes, digests and suggestions do not.
require ["fileinto", "mailbox", "imap4flags"];

if header :contains "X-Spam-Flag" "YES" {
    stop;
}

if address :domain :is "from" ["social.example", "mail.social.example", "pro.example"] {

    # Written by a person: the sender's address or the subject tells.
    if anyof (
        address :localpart :is "from" ["messages", "inmail"],
        header :contains "Subject" ["sent you a message", "vous a envoyé un message", "mentioned you"]
    ) {
        keep;
        stop;
    }

    # Noise about noise: read already.
    if header :contains "Subject" ["liked your", "a aimé votre", "people you may know"] {
        addflag "\\Seen";
    }
    fileinto :create "Réseaux sociaux";
    stop;
}

# Meetups: keep them where they can be found on the day.
if address :domain :is "from" ["rencontres.example", "meetup.example"] {
    if header :contains "Subject" ["annulé", "cancelled", "canceled"] {
        addflag "\\Flagged";
    }
    fileinto :create "Sorties/Événements";
}
