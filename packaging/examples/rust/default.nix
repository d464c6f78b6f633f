# A program in Rust that comes out the same, byte for byte, wherever and whenever it is built:
#
#   cairn build -- packaging/examples/rust --argstr rust "$(rustc --print sysroot)" --option sandbox false
#
# The compiler and gcc, which links, are this machine's, so Nix has to let the builder see them. What makes the result
# depend on nothing else is in Cargo.toml (link-time optimisation of all crates in one unit, no symbols) and below (no
# path, no build id, no time, no network: what it depends on is in vendor/). Its output is addressed by content: another
# compiler that gives the same bytes gives the same path and the same CID.
{
  rust,
  contentAddressed ? true,
}:
derivation (
  {
    name = "stones-1.0.0";
    system = builtins.currentSystem;
    source = builtins.path {
      path = ./.;
      name = "stones";
      filter = path: type: baseNameOf path != "target" && builtins.match "result.*|default\\.nix" (baseNameOf path) == null;
    };
    inherit rust;
    builder = "/bin/sh";
    args = [
      "-euc"
      ''
        export PATH=$rust/bin:/usr/bin:/bin HOME=$PWD CARGO_HOME=$PWD/cargo SOURCE_DATE_EPOCH=1 LC_ALL=C
        cp -R "$source" stones
        chmod -R u+w stones
        cd stones
        export RUSTFLAGS="--remap-path-prefix=$PWD=/stones --remap-path-prefix=$rust=/rust -C linker=gcc -C link-arg=-Wl,--build-id=none"
        cargo build --release --frozen --quiet --target-dir "$PWD/target"
        mkdir -p "$out/bin"
        cp target/release/stones "$out/bin/"
      ''
    ];
  }
  // (
    if contentAddressed then
      {
        __contentAddressed = true;
        outputHashMode = "recursive";
        outputHashAlgo = "sha256";
      }
    else
      { }
  )
)
