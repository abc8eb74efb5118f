require "fileinto";

fileinto "Nowhere";
