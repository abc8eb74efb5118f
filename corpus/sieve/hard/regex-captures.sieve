# POSIX extended expressions: leftmost and longest, groups that took no part are empty.
require ["regex", "variables", "fileinto", "copy"];
if header :regex "Subject" "^([a-z]+) (off|on) (thu|thursday)$" { fileinto :copy "${1},${2},${3}"; }
if header :regex "Subject" "(x)?(lunch)" { fileinto :copy "[${1}][${2}]"; }
if header :comparator "i;octet" :regex "Subject" "^lunch" { discard; }
if header :regex ["To", "From"] ["^nobody", "([[:alnum:]_]+)@([^.>]+)\\.[a-z]{2,3}"] { fileinto :copy "${1} at ${2}"; }
