require ["fileinto", "reject"];

fileinto "INBOX";
reject "No.";
