package audit

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Key signs the head of the record. Its file holds a seed in base64 a line: the
// first signs, the others are those that it took over from.
type Key struct {
	current ed25519.PrivateKey
	former  []ed25519.PrivateKey
}

// KeyOf is the key with a seed of 32 bytes.
func KeyOf(seed []byte) Key { return Key{current: ed25519.NewKeyFromSeed(seed)} }

// LoadKey reads the key at path, and makes one when there is none.
func LoadKey(path string) (Key, error) {
	k, err := ReadKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return Key{}, fmt.Errorf("the folder of the record's key: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the operator names the file
	if errors.Is(err, fs.ErrExist) {
		return ReadKey(path) // another process was quicker
	}
	if err != nil {
		return Key{}, fmt.Errorf("make the record's key: %w", err)
	}
	_, err = f.WriteString(newSeed() + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return Key{}, fmt.Errorf("make the record's key: %w", err)
	}
	return ReadKey(path)
}

// ReadKey reads the key at path.
func ReadKey(path string) (Key, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Key{}, fmt.Errorf("the record's key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return Key{}, fmt.Errorf("the record's key: others can read %s; run chmod 600 on it", path)
	}
	b, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return Key{}, fmt.Errorf("the record's key: %w", err)
	}
	k, err := parseKey(string(b))
	if err != nil {
		return Key{}, fmt.Errorf("%s: %w", path, err)
	}
	return k, nil
}

func parseKey(text string) (k Key, err error) {
	for i, line := range strings.Fields(text) {
		seed, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(seed) != ed25519.SeedSize {
			return Key{}, fmt.Errorf("line %d is no key: %d random bytes in base64 are one", i+1, ed25519.SeedSize)
		}
		if priv := ed25519.NewKeyFromSeed(seed); i == 0 {
			k.current = priv
		} else {
			k.former = append(k.former, priv)
		}
	}
	if k.current == nil {
		return Key{}, errors.New("there is no key in it")
	}
	return k, nil
}

// RotateKey puts a new key before those in the file at path. The next head hands
// over from the old one to it.
func RotateKey(path string) (Key, error) {
	if _, err := ReadKey(path); err != nil {
		return Key{}, err
	}
	old, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return Key{}, fmt.Errorf("the record's key: %w", err)
	}
	next := path + ".new"
	f, err := os.OpenFile(next, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // beside the key
	if err != nil {
		return Key{}, fmt.Errorf("make the record's key: %w", err)
	}
	_, err = f.WriteString(newSeed() + "\n" + string(old))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return Key{}, errors.Join(fmt.Errorf("make the record's key: %w", err), os.Remove(next))
	}
	if err := os.Rename(next, path); err != nil {
		return Key{}, fmt.Errorf("make the record's key: %w", err)
	}
	return ReadKey(path)
}

func newSeed() string {
	seed := make([]byte, ed25519.SeedSize)
	_, _ = rand.Read(seed) // never fails
	return base64.StdEncoding.EncodeToString(seed)
}

// Public is the half of the key that everybody may know, in base64.
func (k Key) Public() string { return public(k.current) }

func public(priv ed25519.PrivateKey) string {
	pub, _ := priv.Public().(ed25519.PublicKey)
	return base64.StdEncoding.EncodeToString(pub)
}

// Publics are the public halves of the key and of those it took over from.
func (k Key) Publics() []string {
	out := []string{k.Public()}
	for _, f := range k.former {
		out = append(out, public(f))
	}
	return out
}

// IsZero reports whether there is no key.
func (k Key) IsZero() bool { return k.current == nil }

// formerly is the private key whose public half is pub, of those that this one
// took over from.
func (k Key) formerly(pub string) ed25519.PrivateKey {
	for _, f := range k.former {
		if public(f) == pub {
			return f
		}
	}
	return nil
}
