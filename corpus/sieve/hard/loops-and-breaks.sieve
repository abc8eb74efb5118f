# A loop in a loop, with names; `break` alone leaves the inner one.
#
# Nothing stands after the inner loop: there, Pigeonhole would fail at run time.
require ["foreverypart", "mime", "variables", "fileinto"];
set "seen" "";
foreverypart :name "outer" {
    if header :mime :contenttype :matches "Content-Type" "*/*" { set "seen" "${seen}+${2}"; }
    foreverypart {
        if header :mime :subtype :matches "Content-Type" "*" { set "seen" "${seen}-${1}"; }
        if header :mime :subtype "Content-Type" "html" { break :name "outer"; }
        if header :mime :subtype "Content-Type" "pdf" { break; }
    }
}
fileinto "seen${seen}";
