# One derivation of each kind. `nix-instantiate` and `nix show-derivation` of Nix 2.8 made the
# pairs in ok/ from it.
rec {
  floating = derivation {
    name = "floating";
    system = "x";
    builder = "b";
    outputs = [ "out" "dev" ];
    __contentAddressed = true;
    outputHashMode = "recursive";
    outputHashAlgo = "sha256";
  };
  deferred = derivation {
    name = "deferred";
    system = "x";
    builder = "b\nq\t\"\\";
    args = [ "a${floating}" floating.dev "\r" "" ];
  };
  impure = derivation {
    name = "impure";
    system = "x";
    builder = "b";
    __impure = true;
  };
  structured = derivation {
    name = "structured";
    system = "x";
    builder = "b";
    outputs = [ "out" "lib" ];
    __structuredAttrs = true;
    list = [ 1 2 "x" ];
    fixed = flat;
  };
  flat = derivation {
    name = "flat";
    system = "x";
    builder = "b";
    outputHashMode = "flat";
    outputHashAlgo = "sha512";
    outputHash = builtins.hashString "sha512" "x";
  };
  recursive = derivation {
    name = "recursive";
    system = "x";
    builder = "b";
    outputHashMode = "recursive";
    outputHashAlgo = "md5";
    outputHash = builtins.hashString "md5" "x";
  };
  sources = derivation {
    name = "sources";
    system = "x";
    builder = "b";
    text = builtins.toFile "text" "hello";
    inherit flat recursive;
  };
  top = derivation {
    name = "top";
    system = "x";
    builder = "b";
    outputs = [ "out" "doc" "lib" ];
    inputs = [ sources structured.lib structured.out ];
  };
}
