# Login codes, security alerts and password resets: a folder to empty often.
#
# A code is known by its subject, or by the first lines of the text.
require ["fileinto", "mailbox", "imap4flags", "variables", "regex",
    "foreverypart", "mime", "extracttext"];

if header :contains "X-Spam-Flag" "YES" {
    stop;
}

# Only machines send codes: a person's "here is the code" stays in INBOX.
if not address :localpart :matches "from"
    ["no-reply*", "noreply*", "ne-pas-repondre*", "security*", "account*"] {
    stop;
}

# Password resets need an eye: somebody else may have asked for them.
if header :contains "Subject" ["mot de passe", "password", "new sign-in", "nouvelle connexion"] {
    addflag "\\Flagged";
    keep;
    stop;
}

# The first 200 characters of the first text part.
set "start" "";
foreverypart {
    if header :mime :type "Content-Type" "text" {
        extracttext :first 200 "start";
        break;
    }
}

# "Your verification code: 204688", "Votre code est 493 817."
if anyof (
    header :contains "Subject" ["code de connexion", "verification code", "login code"],
    allof (
        string :comparator "i;ascii-casemap" :contains "${start}" "code",
        string :regex "${start}" "(^|[^0-9])[0-9]{3}[ -]?[0-9]{3}([^0-9]|$)"
    )
) {
    addflag "$Code";
    fileinto :create "Codes";
}
