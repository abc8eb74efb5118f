# A list must not end with a comma.
require ["fileinto", "copy",];
