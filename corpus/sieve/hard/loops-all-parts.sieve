# Every part in order, the message itself first.
require ["foreverypart", "mime", "variables", "fileinto", "extracttext"];
set "types" "";
foreverypart {
    set "t" "none";
    if header :mime :subtype :matches "Content-Type" "*" { set "t" "${1}"; }
    set "types" "${types} ${t}";
    if header :mime :type "Content-Type" "text" { extracttext :first 5 "start"; }
}
fileinto "types${types}: ${start}";
