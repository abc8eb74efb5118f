# K, M and G are powers of 1024, in either case. Zeros in front change nothing.
require "fileinto";
if allof (size :over 0, size :under 1K, size :under 00001k, size :under 2M, size :under 3m,
          size :under 4G, size :under 16g, not size :over 1024) {
    fileinto "Petits";
}
