# A false `ihave` hides whole blocks from the compiler; a true one is `require`.
require "ihave";
if ihave "vnd.example.unknown" {
    frobnicate :loudly "nothing" 3;
} elsif ihave ["fileinto", "copy"] {
    fileinto :copy "Présent";
}
if allof (ihave "imap4flags", true) { addflag "$Oui"; }
if not ihave ["envelope", "vnd.example.unknown"] { addflag "$Non"; }
