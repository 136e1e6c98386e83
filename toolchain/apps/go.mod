module taller.dev/apps

go 1.26
