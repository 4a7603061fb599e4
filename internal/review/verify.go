package review

import (
	"archive/zip"
	"encoding/binary"
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

	maxDirectory = 64 << 10
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
// the seal, the part of the record with its chain and its signed heads, what the files
// say against the rows of the record, and that the archive holds nothing but that.
// Without a key to trust it says only that the bundle agrees with itself. It holds no
// more than a few of the files at once, and never more than the archive has.
func Verify(file io.ReaderAt, size int64, keys []string) (v Verified, err error) {
	if size > maxBundle {
		return v, fmt.Errorf("%w: it has more than %d bytes", ErrNoBundle, maxBundle)
	}
	if err := directory(file, size); err != nil {
		return v, fmt.Errorf("%w: %w", ErrNoBundle, err)
	}
	z, err := zip.NewReader(file, size)
	if err != nil {
		return v, fmt.Errorf("%w: %w", ErrNoBundle, err)
	}
	contents := v.read(file, size, z.File)
	b, ok := contents[fileManifest]
	if !ok {
		v.fault(fileManifest, "is missing, so nothing else can be checked")
		return v, nil
	}
	written, err := io.ReadAll(b)
	if err != nil {
		return v, fmt.Errorf("read the manifest: %w", err)
	}
	if v.Manifest, err = parseManifest(written); err != nil {
		v.fault(fileManifest, "was changed: %v", err)
		return v, nil
	}
	files, err := v.hold(contents)
	if err != nil {
		return v, err
	}
	v.chain(contents[fileRecord], keys)
	if len(v.Faults) == 0 {
		v.recorded(contents[fileRecord], files)
	}
	if len(v.Faults) == 0 {
		v.archive(file, size, append(files, memberOf(fileManifest, written)))
	}
	return v, nil
}

// directory refuses an archive whose directory is not the short one that Keydesk writes
// at the very end: reading a long one takes many times as much as it has.
func directory(file io.ReaderAt, size int64) error {
	const length = 22 // of the end of a directory without a comment
	b := make([]byte, length)
	if size < length {
		return errors.New("it is too short")
	}
	if _, err := file.ReadAt(b, size-length); err != nil {
		return err
	}
	u16, u32 := binary.LittleEndian.Uint16, binary.LittleEndian.Uint32
	long, at := int64(u32(b[12:])), int64(u32(b[16:]))
	if string(b[:4]) != "PK\x05\x06" || u16(b[10:]) > maxMembers || long > maxDirectory || at+long+length != size {
		return errors.New("its directory is not at its end, or has something else in it")
	}
	return nil
}

// read finds the files of an archive, each once. Keydesk packs nothing: what is packed
// may be a thousand times as long as the archive, and is not opened.
func (v *Verified) read(file io.ReaderAt, size int64, files []*zip.File) map[string]*io.SectionReader {
	out := map[string]*io.SectionReader{}
	left := size
	for _, f := range files {
		_, twice := out[f.Name]
		at, err := f.DataOffset()
		long := int64(f.UncompressedSize64) //nolint:gosec // negative where it is too much
		known := f.Name == fileManifest || slices.Contains(members(), f.Name)
		out[f.Name] = io.NewSectionReader(file, 0, 0)
		switch {
		case twice:
			v.fault(f.Name, "is there twice")
		case !known:
			v.fault(f.Name, "does not belong to a bundle")
		case err != nil:
			v.fault(f.Name, "cannot be read: %v", err)
		case f.Method != zip.Store || f.UncompressedSize64 != f.CompressedSize64:
			v.fault(f.Name, "is packed in another way than Keydesk packs it")
		case long < 0 || long > left:
			v.fault(f.Name, "is longer than the archive")
		case long > most(f.Name):
			v.fault(f.Name, "cannot be read: it has more than %d bytes", most(f.Name))
		default:
			out[f.Name], left = io.NewSectionReader(file, at, long), left-long
		}
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

// hold holds the files against the manifest, and the manifest against its seal.
func (v *Verified) hold(contents map[string]*io.SectionReader) ([]member, error) {
	m := v.Manifest
	if !m.Holds(purpose, m.message()) {
		v.fault(fileManifest, "was changed after it was sealed, or sealed by nobody")
	}
	var files []member
	for _, name := range members() {
		files = append(files, memberAt(name, contents[name]))
	}
	found, err := measured(files)
	if err != nil {
		return nil, fmt.Errorf("read the archive: %w", err)
	}
	for _, is := range found {
		want, named := m.file(is.Name)
		switch {
		case !named:
			v.fault(fileManifest, "does not name %s", is.Name)
		case contents[is.Name] == nil:
			v.fault(is.Name, "is missing")
		case is != want && !v.has(is.Name):
			v.fault(is.Name, "differs from what was sealed: %d bytes with the hash %s, sealed %d bytes with %s", is.Size, is.SHA256, want.Size, want.SHA256)
		}
	}
	if len(m.Files) != len(members()) {
		v.fault(fileManifest, "names %d files, and a bundle has %d", len(m.Files), len(members()))
	}
	return files, nil
}

// has reports whether something was said of a file already.
func (v *Verified) has(name string) bool {
	return slices.ContainsFunc(v.Faults, func(f Fault) bool { return f.File == name })
}

// chain verifies the part of the record, and that a key which is trusted sealed the
// bundle, or handed over to the one that did. Keys that came before a trusted one are
// taken for what they signed on the way: its own head, at the end, is over all of it.
func (v *Verified) chain(lines *io.SectionReader, keys []string) {
	if lines == nil {
		return
	}
	run := v.Manifest.Record
	before, after, err := audit.Lineage(anew(lines), keys)
	if err == nil {
		v.Record, err = audit.VerifyExport(anew(lines), audit.Trust{Keys: append(before, keys...), Seq: run.Last, Hash: run.Hash})
	}
	rep := v.Record
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
	case len(keys) > 0 && !slices.Contains(append(after, keys...), v.Manifest.Key):
		v.fault(fileManifest, "is sealed with a key that is not trusted, and that no trusted one handed over to: %s", v.Manifest.Key)
	case len(keys) > 0 && len(rep.Faults) == 0:
		v.Trusted = true
	}
}

// anew reads a file of an archive from its beginning.
func anew(f *io.SectionReader) *io.SectionReader { return io.NewSectionReader(f, 0, f.Size()) }

// recorded holds the files against the rows of the record.
func (v *Verified) recorded(lines *io.SectionReader, files []member) {
	rows, err := reviewRows(anew(lines), v.Manifest.Review)
	if err != nil {
		v.fault(fileRecord, "cannot be read: %v", err)
		return
	}
	v.agree(files, rows)
}

// archive holds the archive against what Keydesk would have packed of its files: one
// that says more, or the same in another way, is not taken.
func (v *Verified) archive(file io.ReaderAt, size int64, files []member) {
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
