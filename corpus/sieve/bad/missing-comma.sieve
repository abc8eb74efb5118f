# A comma is missing between the strings of a list.
require ["fileinto" "copy"];
