# Routes, comments and quotes are no part of an address.
require ["fileinto", "copy", "variables"];
if address :is "to" "marie@example.org" { fileinto :copy "Route"; }
if address :localpart :matches "from" "*" { fileinto :copy "local ${1}"; }
if address :is "cc" "paul@example.com" { fileinto :copy "Commentaire"; }
if address :domain :is "cc" "example.net" { fileinto :copy "Domaine"; }
if address :all :matches "cc" "zoe@*" { fileinto :copy "${0}"; }
if address :matches "reply-to" "*" { fileinto :copy "brut ${1}"; }
