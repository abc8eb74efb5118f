# Refuse mail, with an explanation to its sender.
#
# Never refuse spam: its sender is forged, and a stranger would receive the
# refusal. Leave spam to the server.
require ["reject", "envelope", "foreverypart", "mime", "variables"];

if anyof (
    header :contains "X-Spam-Flag" "YES",
    # A bounce has no sender to explain anything to.
    envelope :is "from" ""
) {
    stop;
}

# An address that nobody should use any more.
if address :is ["to", "cc"] "ancienne@example.org" {
    reject "Cette adresse n'est plus utilisée. Écrivez à marie@example.org.";
    stop;
}

# Attached programs. The name stands in one header or in the other; upper and
# lower case are the same. "facture.pdf.js" ends in .js, and is refused.
foreverypart {
    if header :mime :param ["filename", "name"] :matches
        ["Content-Disposition", "Content-Type"]
        ["*.exe", "*.scr", "*.bat", "*.cmd", "*.com", "*.js", "*.vbs", "*.jar", "*.lnk", "*.iso"] {
        set "found" "yes";
        break;
    }
}

if string :is "${found}" "yes" {
    reject text:
Your message was not delivered: it carries a program.

Votre message n'a pas été remis : il contient un programme.
Compressez le fichier, ou déposez-le sur un site de partage.
.
    ;
}
