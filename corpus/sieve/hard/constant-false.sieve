# The compiler does not look into a block that can never run.
require "fileinto";
if false { frobnicate "x"; fileinto :unknown "y"; }
if true { fileinto "Vrai"; } elsif true { moveto "z"; } else { nothing; }
if anyof (false, false) { wrong; } elsif not true { wrong 1; }
