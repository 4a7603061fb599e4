package review

import (
	"archive/zip"
	"bytes"
	"hash/crc32"
	"io"
)

// member is one file of a bundle: how long it is, its checksum, and what writes it.
type member struct {
	name  string
	size  int64
	crc   uint32
	write func(io.Writer) error
}

// memberOf is a file whose content is at hand.
func memberOf(name string, content []byte) member {
	return member{name, int64(len(content)), crc32.ChecksumIEEE(content), func(w io.Writer) error {
		_, err := io.Copy(w, bytes.NewReader(content))
		return err
	}}
}

// memberAt is a file that lies in an archive; nil: it is empty.
func memberAt(name string, at *io.SectionReader) member {
	return member{name: name, write: func(w io.Writer) error {
		if at == nil {
			return nil
		}
		_, err := io.Copy(w, anew(at))
		return err
	}}
}

// pack writes files as a zip: as they are, one after the other, and nothing else. The
// same files give the same bytes, so that an archive can be held against them. next is
// told each name before its bytes come; it may be nil.
func pack(w io.Writer, files []member, next func(name string)) error {
	z := zip.NewWriter(w)
	for _, f := range files {
		if next != nil {
			if err := z.Flush(); err != nil {
				return err
			}
			next(f.name)
		}
		out, err := z.CreateRaw(&zip.FileHeader{Name: f.name, Method: zip.Store, CRC32: f.crc, CompressedSize64: uint64(f.size), UncompressedSize64: uint64(f.size)}) //nolint:gosec // sizes are not negative
		if err != nil {
			return err
		}
		if err := f.write(out); err != nil {
			return err
		}
	}
	if next != nil {
		if err := z.Flush(); err != nil {
			return err
		}
		next("")
	}
	return z.Close()
}

// against is a writer that holds what is written against what is there.
type against struct {
	file io.ReaderAt
	at   int64
	name string // what is written now; empty: the directory at the end
	buf  [32 << 10]byte

	differs bool
	in      string
	first   int64
}

// Write compares.
func (a *against) Write(p []byte) (int, error) {
	for done := 0; done < len(p); {
		n := min(len(p)-done, len(a.buf))
		got, _ := a.file.ReadAt(a.buf[:n], a.at) // what is short differs
		if want := p[done : done+n]; !a.differs && !bytes.Equal(a.buf[:got], want) {
			a.differs, a.in, a.first = true, a.name, a.at
		}
		done, a.at = done+n, a.at+int64(n)
	}
	return len(p), nil
}
