# The old extension and the new one exclude each other.
require ["imapflags", "imap4flags"];
addflag "\\Seen";
