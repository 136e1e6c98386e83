// The kinds of Gateway API as upstream publishes them, of the version that Traefik's binary is built with
// (`go version -m`). Nothing is compiled: see `files` in provisioner/toolchain/tools.toml.
module taller.dev/toolchain/gatewayapi

go 1.26

require sigs.k8s.io/gateway-api v1.6.3
