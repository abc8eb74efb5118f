# :over and :under are both strict. mail/plain-ascii.eml has 233 bytes.
require ["fileinto", "copy"];
if size :over 232 { fileinto :copy "Over"; }
if size :under 234 { fileinto :copy "Under"; }
if not anyof (size :over 233, size :under 233) { fileinto :copy "Exact"; }
