# One message per mailbox: INBOX has no case, other names do; flags come together.
require ["fileinto", "imap4flags"];
keep;
fileinto "INBOX";
fileinto :flags "\\Seen" "inbox";
fileinto "A";
fileinto "a";
fileinto :flags "$x" "A";
