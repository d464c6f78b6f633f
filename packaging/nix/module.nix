# A NixOS module: a Cairn node that serves its store to Nix, and draws on other caches.
#
#   imports = [ ./packaging/nix/module.nix ];
#   services.cairn = {
#     enable = true;
#     package = …;                                  # has bin/cairn
#     substituters = [ { uri = "https://cache.example.org"; priority = 10; } ];
#     trustedKeys = [ "cache.example.org-1:…" ];
#   };
{ config, lib, pkgs, ... }:
let
  inherit (lib) mkIf mkOption optional optionalAttrs types;

  cfg = config.services.cairn;
  home = "/var/lib/cairn";

  option = type: default: description: mkOption { inherit type default description; };
  file = option (types.nullOr types.path) null;

  # Files that only root may read, as the service sees them.
  credential = name: "/run/credentials/cairn.service/${name}";
  secrets = lib.filterAttrs (_: path: path != null) {
    "token-file" = cfg.gateway.tokenFile;
    "tls-key" = cfg.gateway.tlsKey;
    "secret-key" = cfg.gateway.secretKeyFile;
    "nats-creds" = cfg.nats.credentialsFile;
    "nats-nkey" = cfg.nats.nkeyFile;
    "nats-password" = cfg.nats.passwordFile;
  };
  secret = name: optionalAttrs (secrets ? ${name});
  given = name: value: optionalAttrs (value != null) { ${name} = value; };

  uri = upstream:
    if upstream.priority == null then upstream.uri
    else "${upstream.uri}${if lib.hasInfix "?" upstream.uri then "&" else "?"}priority=${toString upstream.priority}";

  # Texts, numbers, truth and lists of texts are written alike in TOML and JSON.
  lines = values: lib.concatStrings (lib.mapAttrsToList (name: value: "${name} = ${builtins.toJSON value}\n") values);
  table = name: values: if values == { } then "" else "\n[${name}]\n" + lines values;

  settings =
    lines {
      offline = cfg.offline;
      substituters = map uri cfg.substituters;
      trusted-keys = cfg.trustedKeys;
    }
    + table "store" (optionalAttrs (cfg.storeLimit != null) { limit = cfg.storeLimit; })
    + table "gateway" (
      {
        listen = "${cfg.gateway.address}:${toString cfg.gateway.port}";
        hosts = cfg.gateway.hosts;
        writable = cfg.gateway.writable;
        priority = cfg.gateway.priority;
      }
      // secret "token-file" { token-file = credential "token-file"; }
      // optionalAttrs (cfg.gateway.tlsCert != null) { tls-cert = toString cfg.gateway.tlsCert; }
      // secret "tls-key" { tls-key = credential "tls-key"; }
      // secret "secret-key" { secret-key-file = credential "secret-key"; }
    )
    + table "nats" (optionalAttrs cfg.nats.enable (
      {
        url = cfg.nats.url;
        writers = cfg.nats.writers;
        replicas = cfg.nats.replicas;
        publish-imports = cfg.nats.publishImports;
        replicate = cfg.nats.replicate;
        import-builds = cfg.nats.importBuilds;
        import-outputs = cfg.nats.importOutputs;
      }
      // given "domain" cfg.nats.domain
      // given "node" cfg.nats.node
      // given "user" cfg.nats.user
      // given "inbox" cfg.nats.inbox
      // given "hit-threshold" cfg.nats.hitThreshold
      // given "stream-limit" cfg.nats.streamLimit
      // optionalAttrs (cfg.nats.tlsCa != null) { tls-ca = toString cfg.nats.tlsCa; }
      // secret "nats-creds" { creds = credential "nats-creds"; }
      // secret "nats-nkey" { nkey = credential "nats-nkey"; }
      // secret "nats-password" { password-file = credential "nats-password"; }
    ))
    + cfg.extraConfig;

  isLoopback = lib.hasPrefix "127." cfg.gateway.address || cfg.gateway.address == "[::1]";
  isEverywhere = cfg.gateway.address == "0.0.0.0" || cfg.gateway.address == "[::]";

  # How this machine's own Nix calls the node.
  url =
    if cfg.gateway.tlsCert == null
    then "http://${if isEverywhere then "127.0.0.1" else cfg.gateway.address}:${toString cfg.gateway.port}"
    else "https://${builtins.head (cfg.gateway.hosts ++ [ "localhost" ])}:${toString cfg.gateway.port}";
in
{
  options.services.cairn = {
    enable = option types.bool false "Whether to run a Cairn node.";
    package = mkOption {
      type = types.path;
      description = "An installation of Cairn, with bin/cairn.";
    };
    substituters = option (types.listOf (types.submodule {
      options = {
        uri = mkOption {
          type = types.str;
          description = "file:///DIR, http://…, https://…, nats+ipld://HOST:PORT, or local?root=DIR.";
        };
        priority = option (types.nullOr types.int) null "Which is asked first: the smallest. By default 50.";
      };
    })) [ ] "Stores that are asked for what is not here.";
    trustedKeys = option (types.listOf types.str) [ ] ''
      Public keys, as Nix writes them. What they signed is believed, by the node and by this machine's Nix.
    '';
    offline = option types.bool false "Asks no other store; misses fail at once.";
    storeLimit = option (types.nullOr types.str) null ''
      From this size on, such as "20 GiB", paths go that nobody asked for the longest; never what is pinned.
    '';
    extraConfig = option types.lines "" "More of cairn.toml.";

    gateway = {
      address = option types.str "127.0.0.1" "Whom to hear; 0.0.0.0: everyone.";
      port = option types.int 8087 "Where to listen.";
      hosts = option (types.listOf types.str) [ ] "Names by which others call this machine.";
      priority = option types.int 30 "As Nix sorts its caches, the smallest first.";
      writable = option types.bool false "Takes what nix copy --to brings.";
      tokenFile = file "The tokens of those who may write, one a line.";
      tlsCert = file "Certificates for HTTPS, PEM; everyone may read the file.";
      tlsKey = file "Their private key, PEM.";
      secretKeyFile = file "A key that signs what a trusted key has signed, as nix-store makes it.";
      publicKey = option (types.nullOr types.str) null "Its public half, for this machine's Nix.";
      openFirewall = option types.bool false "Lets other machines reach the port.";
    };

    nats = {
      enable = option types.bool false "Speaks NATS with other nodes.";
      url = option types.str "nats://127.0.0.1:4222" "A server of the cluster.";
      domain = option (types.nullOr types.str) null "The domain that this node serves.";
      node = option (types.nullOr types.str) null "What this node calls itself. By default its key tells.";
      writers = option (types.listOf types.str) [ ] ''
        Public keys whose requests may change what is here: nodes that copy to this one, agents that write to a board.
      '';
      hitThreshold = option (types.nullOr types.float) null ''
        The share of what others ask for, from 0.0 to 1.0, that shall be here; where it stays below, this node says so.
      '';
      user = option (types.nullOr types.str) null "Who this node is to the server.";
      passwordFile = file "Its password.";
      credentialsFile = file "Its credentials, a .creds file.";
      nkeyFile = file "Its nkey, a file with the seed.";
      tlsCa = file "With it TLS is used, and it vouches for the server, PEM; everyone may read the file.";
      inbox = option (types.nullOr types.str) null "The beginning of the subjects of replies, as the role has it.";
      replicas = option types.int 1 "How many servers keep each block; 3 in a cluster.";
      streamLimit = option (types.nullOr types.str) null "How much of blocks a stream that it makes has, such as \"50 GiB\".";
      publishImports = option types.bool false "Publishes blocks as they come in.";
      replicate = option types.bool false "Takes in what others publish.";
      importBuilds = option types.bool false "Keeps the records of builds of others.";
      importOutputs = option types.bool false "Brings in what these builds gave, if a trusted key signed it.";
      server = option types.bool false "Also runs a NATS server with JetStream on this machine, for itself.";
    };

    nix = option types.bool true "Lets this machine's Nix ask the node.";
  };

  config = mkIf cfg.enable {
    assertions = [
      {
        assertion = cfg.gateway.writable -> isLoopback || cfg.gateway.tokenFile != null;
        message = "services.cairn: who lets others write needs gateway.tokenFile";
      }
      {
        assertion = (cfg.gateway.tlsCert == null) == (cfg.gateway.tlsKey == null);
        message = "services.cairn: gateway.tlsCert and gateway.tlsKey go together";
      }
      {
        assertion = cfg.gateway.port > 0 && cfg.gateway.port < 65536;
        message = "services.cairn: gateway.port is a number from 1 to 65535";
      }
    ];

    systemd.services.cairn = {
      description = "Cairn, a content-addressed store that serves Nix";
      wantedBy = [ "multi-user.target" ];
      wants = [ "network-online.target" ];
      after = [ "network-online.target" ] ++ optional cfg.nats.server "nats.service";
      environment.CAIRN_HOME = home;
      serviceConfig = {
        ExecStartPre = "${pkgs.coreutils}/bin/ln -sfn ${pkgs.writeText "cairn.toml" settings} ${home}/cairn.toml";
        ExecStart = "${cfg.package}/bin/cairn node";
        Restart = "on-failure";
        SuccessExitStatus = 143; # what a JVM says when it is told to stop
        LoadCredential = lib.mapAttrsToList (name: path: "${name}:${toString path}") secrets;

        # The only place where it may write, as a user that is there while it runs.
        DynamicUser = true;
        StateDirectory = "cairn";
        StateDirectoryMode = "0700";
        UMask = "0077";

        AmbientCapabilities = optional (cfg.gateway.port < 1024) "CAP_NET_BIND_SERVICE";
        CapabilityBoundingSet = if cfg.gateway.port < 1024 then [ "CAP_NET_BIND_SERVICE" ] else [ "" ];
        LockPersonality = true;
        NoNewPrivileges = true;
        PrivateDevices = true;
        PrivateTmp = true;
        ProtectClock = true;
        ProtectControlGroups = true;
        ProtectHome = true;
        ProtectHostname = true;
        ProtectKernelLogs = true;
        ProtectKernelModules = true;
        ProtectKernelTunables = true;
        ProtectProc = "invisible";
        ProtectSystem = "strict";
        RemoveIPC = true;
        RestrictAddressFamilies = [ "AF_UNIX" "AF_INET" "AF_INET6" ];
        RestrictNamespaces = true;
        RestrictRealtime = true;
        RestrictSUIDSGID = true;
        SystemCallArchitectures = "native";
        SystemCallErrorNumber = "EPERM";
        SystemCallFilter = [ "@system-service" "~@privileged" ];
        # MemoryDenyWriteExecute is not for a program that compiles itself as it runs.
      };
    };

    nix.settings = mkIf cfg.nix {
      extra-substituters = [ "${url}?priority=${toString cfg.gateway.priority}" ];
      extra-trusted-public-keys = cfg.trustedKeys ++ optional (cfg.gateway.publicKey != null) cfg.gateway.publicKey;
    };

    networking.firewall.allowedTCPPorts = mkIf cfg.gateway.openFirewall [ cfg.gateway.port ];

    services.nats = mkIf cfg.nats.server {
      enable = true;
      jetstream = true;
      settings.host = "127.0.0.1";
    };
  };
}
