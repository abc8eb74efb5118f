# `:last` of a header test needs `:index`.
require "index";
if header :last :is "X-Label" "bleu" { keep; }
