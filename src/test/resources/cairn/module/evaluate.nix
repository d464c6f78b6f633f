# Evaluates the NixOS module with a stand-in for what it uses of nixpkgs: options with types that check, defaults and
# conditions. Gives what NixOS would make a unit, nix.conf and cairn.toml of.
#
#   module  the file of the module
#   given   what a user sets below services.cairn
{ module, given }:
let
  check = name: holds: where: value:
    if holds value then value else throw "${where} is not ${name}: ${builtins.toJSON value}";

  types = rec {
    str = check "a text" builtins.isString;
    lines = str;
    bool = check "true or false" builtins.isBool;
    int = check "a number" builtins.isInt;
    float = check "a number with a point" builtins.isFloat;
    path = check "a path" (value: builtins.isPath value || builtins.isString value && builtins.substring 0 1 value == "/");
    nullOr = type: where: value: if value == null then null else type where value;
    listOf = type: where: value: map (type where) (check "a list" builtins.isList where value);
    submodule = { options }: where: values options where;
  };

  values = options: where: set:
    let unknown = builtins.attrNames (builtins.removeAttrs set (builtins.attrNames options));
    in
    if unknown != [ ] then throw "${where} has no option ${builtins.head unknown}"
    else builtins.mapAttrs
      (name: option:
        if (option._type or "") != "option" then values option "${where}.${name}" (set.${name} or { })
        else if set ? ${name} then option.type "${where}.${name}" set.${name}
        else if option ? default then option.type "${where}.${name}" option.default
        else throw "${where}.${name} is not set")
      options;

  lib = rec {
    inherit types;
    mkOption = option: option // { _type = "option"; };
    mkIf = condition: content: { _type = "if"; inherit condition content; };
    optional = condition: value: if condition then [ value ] else [ ];
    optionalAttrs = condition: set: if condition then set else { };
    filterAttrs = keep: set:
      builtins.removeAttrs set (builtins.filter (name: !keep name set.${name}) (builtins.attrNames set));
    mapAttrsToList = f: set: map (name: f name set.${name}) (builtins.attrNames set);
    concatStrings = builtins.concatStringsSep "";
    hasPrefix = prefix: text: builtins.substring 0 (builtins.stringLength prefix) text == prefix;
    hasInfix = part: text: builtins.replaceStrings [ part ] [ "" ] text != text;
  };

  # What remains of a configuration where its conditions hold.
  settled = value:
    if !builtins.isAttrs value then value
    else if (value._type or "") == "if" then settled value.content
    else builtins.mapAttrs (_: settled)
      (lib.filterAttrs (_: part: !(builtins.isAttrs part && (part._type or "") == "if" && !part.condition)) value);

  evaluated = import module {
    inherit lib;
    pkgs = {
      coreutils = "/coreutils";
      writeText = builtins.toFile;
    };
    config.services.cairn = values evaluated.options.services.cairn "services.cairn" given;
  };
  all = settled evaluated.config;
in
all // {
  assertions = map (failed: failed.message) (builtins.filter (one: !one.assertion) (all.assertions or [ ]));
}
