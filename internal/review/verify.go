package review

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"keydesk/internal/audit"
)

// Bounds of what is read of a bundle that somebody hands in.
const (
	maxBundle   = 1 << 30
	maxMember   = 64 << 20
	maxRecord   = 512 << 20
	maxManifest = 64 << 10
	maxMembers  = 100
)

// ErrNoBundle is of a file that is no bundle at all.
var ErrNoBundle = errors.New("this is no bundle of a review")

// Fault is a file of a bundle that is not as it was sealed.
type Fault struct{ File, What string }

// Verified is what a verification found.
type Verified struct {
	Manifest Manifest
	Record   audit.Report
	Trusted  bool // a key was given, and the seal is one of it or of one that it handed over to
	Faults   []Fault
}

// maxFaults bounds what is said of a bundle: one place is enough to distrust it.
const maxFaults = 50

func (v *Verified) fault(file, format string, args ...any) {
	if len(v.Faults) >= maxFaults {
		return
	}
	v.Faults = append(v.Faults, Fault{file, fmt.Sprintf(format, args...)})
}

// Verify checks a bundle without anything else: every file against the sealed manifest,
// the seal, the part of the record with its chain and its signed heads, the decisions
// against the rows of the record, and that the archive holds nothing but that. Without
// a key to trust it says only that the bundle agrees with itself.
func Verify(file io.ReaderAt, size int64, keys []string) (v Verified, err error) {
	if size > maxBundle {
		return v, fmt.Errorf("%w: it has more than %d bytes", ErrNoBundle, maxBundle)
	}
	z, err := zip.NewReader(file, size)
	if err != nil {
		return v, fmt.Errorf("%w: %w", ErrNoBundle, err)
	}
	if len(z.File) > maxMembers {
		return v, fmt.Errorf("%w: it holds %d files", ErrNoBundle, len(z.File))
	}
	contents := v.read(z.File)
	b, ok := contents[fileManifest]
	if !ok {
		v.fault(fileManifest, "is missing, so nothing else can be checked")
		return v, nil
	}
	if v.Manifest, err = parseManifest(b); err != nil {
		v.fault(fileManifest, "was changed: %v", err)
		return v, nil
	}
	v.hold(contents)
	v.chain(contents[fileRecord], keys)
	if len(v.Faults) == 0 {
		v.agree(contents)
	}
	if len(v.Faults) == 0 {
		v.archive(file, size, contents)
	}
	return v, nil
}

// read reads the files of an archive, each once, and no more of each than it may have.
func (v *Verified) read(files []*zip.File) map[string][]byte {
	out := map[string][]byte{}
	for _, f := range files {
		known := f.Name == fileManifest || slices.Contains(members(), f.Name)
		if _, twice := out[f.Name]; twice {
			v.fault(f.Name, "is there twice")
			continue
		}
		if !known {
			v.fault(f.Name, "does not belong to a bundle")
			out[f.Name] = nil
			continue
		}
		b, err := read(f, most(f.Name))
		if err != nil {
			v.fault(f.Name, "cannot be read: %v", err)
		}
		out[f.Name] = b
	}
	return out
}

func most(name string) int64 {
	switch name {
	case fileManifest:
		return maxManifest
	case fileRecord:
		return maxRecord
	}
	return maxMember
}

func read(f *zip.File, most int64) ([]byte, error) {
	if f.UncompressedSize64 > uint64(most) { //nolint:gosec // bounds are not negative
		return nil, fmt.Errorf("it has more than %d bytes", most)
	}
	in, err := f.Open()
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(in, most+1))
	if err == nil && int64(len(b)) > most {
		return nil, fmt.Errorf("it has more than %d bytes", most)
	}
	return b, errors.Join(err, in.Close())
}

// hold holds the files against the manifest, and the manifest against its seal.
func (v *Verified) hold(contents map[string][]byte) {
	m := v.Manifest
	if !m.Holds(purpose, m.message()) {
		v.fault(fileManifest, "was changed after it was sealed, or sealed by nobody")
	}
	for _, name := range members() {
		want, named := m.file(name)
		b, there := contents[name]
		is := File{name, int64(len(b)), digest(b)}
		switch {
		case !named:
			v.fault(fileManifest, "does not name %s", name)
		case !there:
			v.fault(name, "is missing")
		case is != want && !v.has(name):
			v.fault(name, "differs from what was sealed: %d bytes with the hash %s, sealed %d bytes with %s", is.Size, is.SHA256, want.Size, want.SHA256)
		}
	}
	if len(m.Files) != len(members()) {
		v.fault(fileManifest, "names %d files, and a bundle has %d", len(m.Files), len(members()))
	}
}

// has reports whether something was said of a file already.
func (v *Verified) has(name string) bool {
	return slices.ContainsFunc(v.Faults, func(f Fault) bool { return f.File == name })
}

// chain verifies the part of the record, and that a key which is trusted sealed the
// bundle, or handed over to the one that did.
func (v *Verified) chain(lines []byte, keys []string) {
	run := v.Manifest.Record
	rep, err := audit.VerifyExport(bytes.NewReader(lines), audit.Trust{Keys: keys, Seq: run.Last, Hash: run.Hash})
	v.Record = rep
	if err != nil {
		v.fault(fileRecord, "cannot be read: %v", err)
		return
	}
	for _, f := range rep.Faults {
		v.fault(fileRecord, "row %d %s", f.Seq, f.What)
	}
	switch {
	case rep.Part || rep.First != run.First || rep.Last != run.Last:
		v.fault(fileRecord, "is not rows %d to %d of the record", run.First, run.Last)
	case rep.Signed.Seq != run.Last:
		v.fault(fileRecord, "does not end with a signed head")
	case rep.Signed.Key != v.Manifest.Key:
		v.fault(fileManifest, "is sealed with another key than the record is signed with")
	case len(keys) > 0 && len(rep.Faults) == 0:
		v.Trusted = true
	}
}

// archive holds the archive against what Keydesk would have packed of its files: one
// that says more, or the same in another way, is not taken.
func (v *Verified) archive(file io.ReaderAt, size int64, contents map[string][]byte) {
	var files []member
	for _, name := range append(members(), fileManifest) {
		files = append(files, memberOf(name, contents[name]))
	}
	a := &against{file: file}
	err := pack(a, files, func(name string) { a.name = name })
	switch {
	case err != nil:
		v.fault("", "the archive could not be checked: %v", err)
	case a.differs && a.in != "":
		v.fault(a.in, "is packed in another way than Keydesk packs it, from byte %d of the archive on", a.first)
	case a.differs || a.at != size:
		v.fault("", "the directory of the archive is not as Keydesk writes it: it names files in another way, or there is something before or after them")
	}
}
