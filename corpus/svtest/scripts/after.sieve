require ["fileinto", "imap4flags"];

fileinto "After";
