# There is no command `moveto`: it is `fileinto`.
require "fileinto";
moveto "Amis";
