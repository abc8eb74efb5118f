# Names may have up to 32 bytes in the language, and variables many dots or digits.
require ["variables", "fileinto"];
set "a_name_that_is_quite_long_but_still_shorter_than_sixty_four_123" "ok";
set "_" "_";
if string "${a_name_that_is_quite_long_but_still_shorter_than_sixty_four_123}${_}" "ok_" { fileinto "Noms longs"; }
