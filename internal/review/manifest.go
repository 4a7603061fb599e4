package review

import (
	"bytes"
	"encoding/json"
	"errors"
	"time"

	"keydesk/internal/audit"
)

// The files of a bundle, in their order.
const (
	fileReport   = "report.html"
	fileCSV      = "decisions.csv"
	fileJSON     = "decisions.json"
	fileBefore   = "before.json"
	fileAfter    = "after.json"
	fileRecord   = "record.jsonl"
	fileManifest = "manifest.json"
)

// members are those that the manifest names.
func members() []string {
	return []string{fileReport, fileCSV, fileJSON, fileBefore, fileAfter, fileRecord}
}

// manifestFormat is raised when the files come to say something else, or something else
// of them is held against the record: one of before must not be refused for that.
const manifestFormat = 1

// purpose keeps the seal of a bundle from being one of anything else.
const purpose = "keydesk review bundle"

// Manifest says what is in a bundle, and is sealed with the record's key.
type Manifest struct {
	Format int       `json:"format"`
	Review string    `json:"review"`
	Name   string    `json:"name"`
	Sealed time.Time `json:"sealed_at"`
	Record Run       `json:"record"`
	Files  []File    `json:"files"`
	audit.Seal
}

// Run is the part of the record that belongs to a review.
type Run struct {
	First int64  `json:"first"`
	Last  int64  `json:"last"`
	Hash  string `json:"hash"` // of the last row
}

// File is one file of a bundle.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// message is what the seal is under: all of the manifest but the seal.
func (m Manifest) message() []byte {
	m.Seal = audit.Seal{}
	b, _ := json.Marshal(m) // texts and numbers alone
	return b
}

// encode is the manifest as its file holds it.
func (m Manifest) encode() []byte {
	b, _ := json.MarshalIndent(m, "", "  ")
	return append(b, '\n')
}

var errManifest = errors.New("it is not as Keydesk writes it")

// parseManifest reads what encode writes, and nothing else: a name in other letters or
// one that comes twice means one thing here and another elsewhere.
func parseManifest(b []byte) (m Manifest, err error) {
	if json.Unmarshal(b, &m) != nil || m.Format != manifestFormat || !bytes.Equal(m.encode(), b) {
		return m, errManifest
	}
	return m, nil
}

// file is what the manifest says of a file.
func (m Manifest) file(name string) (File, bool) {
	for _, f := range m.Files {
		if f.Name == name {
			return f, true
		}
	}
	return File{}, false
}
