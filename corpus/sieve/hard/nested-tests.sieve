# Tests in tests, eight deep.
require "fileinto";
if not allof (true, anyof (false, not allof (true, not anyof (false, allof (true, not header :is "Subject" "Lunch on Thursday"))))) {
    fileinto "Profond";
} else {
    fileinto "Autre";
}
