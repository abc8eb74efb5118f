# Redirects: the domain has no case, the local part has; each address once.
require ["copy", "fileinto"];
redirect "ami@example.net";
redirect "Ami@example.net";
redirect :copy "ami@EXAMPLE.net";
redirect "\"Paul le Grand\" <paul@example.com>";
fileinto "Copie";
