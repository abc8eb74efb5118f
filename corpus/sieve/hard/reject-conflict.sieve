# `reject` next to a delivery fails at run time: nothing is done, the message is kept.
require ["reject", "fileinto"];
fileinto "A";
reject "no";
