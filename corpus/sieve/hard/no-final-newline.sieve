keep;
# the file ends without a line end