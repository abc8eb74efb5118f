# The second folder does not exist: the first delivery is taken back.
require ["fileinto", "mailbox", "imap4flags"];
addflag "$x";
fileinto :create "Nouveau";
fileinto "Absent";
