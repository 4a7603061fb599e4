//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package browser

import (
	"context"
	"os"
	"path/filepath"
)

// lock only makes the cache folder: there is no flock here. The first run on
// such a machine wants go test -p 1, later ones find everything in place.
func lock(_ context.Context, path string, _ sayFunc) (release func(), err error) {
	return func() {}, os.MkdirAll(filepath.Dir(path), 0o750)
}
