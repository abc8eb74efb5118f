# Every line of this file ends with CR LF.
require ["fileinto",
  "copy"];
if header :contains "Subject" "Lunch"
{
  fileinto :copy "Repas"; # comment
}
/* a
   comment */
