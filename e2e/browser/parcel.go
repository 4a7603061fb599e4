package browser

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// parcel is one npm package at one version with the hash it must have.
type parcel struct {
	name, version, integrity string
}

// maxUnpacked bounds what a parcel may unpack to; the driver needs 13 MB.
const maxUnpacked = 64 << 20

func (p parcel) String() string { return p.name + "@" + p.version }

// ensure returns the folder in cache that holds the parcel's package/ folder,
// fetching it the first time. prepare, when given, may change the files before
// they become visible under their final name: what is there is always whole.
func (p parcel) ensure(ctx context.Context, cache string, say sayFunc, prepare func(dir string) error) (string, error) {
	dir := filepath.Join(cache, p.name+"-"+p.version)
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	say("fetching %s with npm", p)
	tgz, err := p.fetch(ctx, say)
	if err != nil {
		return "", err
	}
	part := dir + ".part"
	if err := os.RemoveAll(part); err != nil { // left by a run that was killed
		return "", err
	}
	if err := unpack(tgz, part); err != nil {
		return "", fmt.Errorf("%s: %w", p, err)
	}
	if prepare != nil {
		if err := prepare(part); err != nil {
			return "", fmt.Errorf("%s: %w", p, err)
		}
	}
	return dir, os.Rename(part, dir)
}

// fetch leaves the download to the npm client, which knows the developer's
// registry, proxy and credentials, and then checks the pinned hash itself.
func (p parcel) fetch(ctx context.Context, say sayFunc) ([]byte, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		if aptErr := aptInstall(ctx, say, "npm"); aptErr != nil {
			return nil, fmt.Errorf("npm: %w", aptErr)
		}
		if npm, err = exec.LookPath("npm"); err != nil {
			return nil, err
		}
	}
	tmp, err := os.MkdirTemp("", "keydesk-e2e-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	cmd := exec.CommandContext(ctx, npm, "pack", "--silent", "--pack-destination", tmp, p.String())
	cmd.Dir = tmp // away from any project's .npmrc and lock file
	if err := run(cmd); err != nil {
		return nil, err
	}
	tgz, err := os.ReadFile(filepath.Join(tmp, p.name+"-"+p.version+".tgz"))
	if err != nil {
		return nil, err
	}
	return tgz, p.verify(tgz)
}

func (p parcel) verify(tgz []byte) error {
	sum := sha512.Sum512(tgz)
	if got := "sha512-" + base64.StdEncoding.EncodeToString(sum[:]); got != p.integrity {
		return fmt.Errorf("%s has integrity %s, want %s", p, got, p.integrity)
	}
	return nil
}

// unpack writes the regular files below package/ of an npm tarball to dir.
func unpack(tgz []byte, dir string) error {
	zr, err := gzip.NewReader(bytes.NewReader(tgz))
	if err != nil {
		return err
	}
	files := tar.NewReader(io.LimitReader(zr, maxUnpacked))
	for {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if h.Typeflag != tar.TypeReg || !strings.HasPrefix(h.Name, "package/") || !filepath.IsLocal(h.Name) {
			continue
		}
		if err := writeFile(filepath.Join(dir, filepath.FromSlash(h.Name)), files); err != nil {
			return err
		}
	}
}

func writeFile(path string, from io.Reader) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, from)
	return errors.Join(err, f.Close())
}
