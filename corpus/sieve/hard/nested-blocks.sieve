# Eight blocks, one in another; `stop` ends all of them at once.
require ["fileinto", "copy"];
if true { if true { if not false { if anyof (false, true) {
    if allof (true, true) { if true { if true { if header :is "Subject" "Lunch on Thursday" {
        fileinto :copy "Huit";
        stop;
    } } } } fileinto :copy "Quatre"; } } } }
fileinto :copy "Un";
