# Strings have double quotes.
require 'fileinto';
