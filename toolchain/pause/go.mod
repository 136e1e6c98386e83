module taller.dev/toolchain/pause

go 1.26
