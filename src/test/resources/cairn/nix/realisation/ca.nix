# Content-addressed builds. Nix 2.8 built them and `nix copy --to file://` wrote their realisations, signed
# by the key beside them; the archive is the path that refers to itself.
{ busybox }: # a folder with bin/sh
let
  build = name: script: derivation {
    inherit name;
    system = builtins.currentSystem;
    builder = "${builtins.path { path = busybox; name = "busybox-static"; }}/bin/sh";
    args = [ "-c" script ];
    outputs = [ "out" "lib" ];
    __contentAddressed = true;
    outputHashMode = "recursive";
    outputHashAlgo = "sha256";
  };
in rec {
  base = build "base" "echo lib > $lib; echo me: $out, me again: $out, not me: $lib > $out";
  user = build "user" "echo ${base} > $out; echo ${base.lib} > $lib";
}
