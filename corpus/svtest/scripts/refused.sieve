fileinto "A";
if header "subject" {
    keep
    stop;
}
