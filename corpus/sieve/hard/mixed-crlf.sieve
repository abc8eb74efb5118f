require "fileinto";
if true {
	fileinto
"Mixte";
}
