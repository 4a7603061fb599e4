package review_test

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/review"
)

// rotated is a console whose record was signed with three keys, one after the other, and
// a review that was sealed under the second.
func rotated(t *testing.T) (k *kit, keys []audit.Key, b []byte) {
	t.Helper()
	k = newKit(t)
	path := filepath.Join(t.TempDir(), "record.key")
	sign := func(key audit.Key, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		k.seal, keys = key, append(keys, key)
		if err := errors.Join(k.Record.SignedBy(key, ""), k.Desk.SignedIn(t.Context(), k.staff("owner"))); err != nil {
			t.Fatal(err)
		}
		if _, err := k.Record.Sign(t.Context(), key, true); err != nil {
			t.Fatal(err)
		}
		k.Reviews = k.reviews()
	}
	if _, err := k.Store.W.ExecContext(t.Context(), `delete from record_checkpoint`); err != nil { // of the kit's own key
		t.Fatal(err)
	}
	k.Kit.Record = audit.New(k.Store, k.Now)
	sign(audit.LoadKey(path))
	k.only(k.Org.AdminWith("REPORT_ADMIN"))
	v := k.start(k.staff("owner"))
	for range 400 { // more than may lie between two heads
		if err := k.Desk.SignedIn(t.Context(), k.staff("owner")); err != nil {
			t.Fatal(err)
		}
		if _, err := k.Record.Sign(t.Context(), k.seal, false); err != nil {
			t.Fatal(err)
		}
	}
	sign(audit.RotateKey(path))
	v = k.carry(v, k.staff("owner"))
	b = k.bundle(v)
	sign(audit.RotateKey(path))
	if again := k.bundle(v); !bytes.Equal(again, b) || k.SealKey(v) != keys[1].Public() {
		t.Error("after another rotation the bundle is another one")
	}
	return k, keys, b
}

// A bundle verifies with the key that it is sealed with, and with one that handed over
// to it; not with a later one, of which it knows nothing.
func TestVerifyAfterARotation(t *testing.T) {
	_, keys, b := rotated(t)
	for n, want := range []bool{true, true, false} {
		got, err := review.Verify(bytes.NewReader(b), int64(len(b)), []string{keys[n].Public()})
		if err != nil || (len(got.Faults) == 0) != want || got.Trusted != want {
			t.Errorf("with key %d: %+v, trusted %v: %v", n+1, got.Faults, got.Trusted, err)
		}
	}
}

// Whoever makes a record and a bundle of their own, and signs in it that they hand over
// to a key that is trusted, is not trusted for it.
func TestHandedOverToATrustedKey(t *testing.T) {
	k := newKit(t)
	k.seal = audit.KeyOf(theirs())
	if err := k.Record.SignedBy(k.seal, ""); err != nil {
		t.Fatal(err)
	}
	k.Reviews = k.reviews()
	k.only(k.Org.AdminWith("REPORT_ADMIN"))
	names, files := unpack(t, k.bundle(k.carry(k.start(k.staff("owner")), k.staff("owner"))))
	trusted, rows := newKey().Public(), bytes.Index(files["record.jsonl"], []byte(`{"type":"row"`))
	heads := bytes.Split(bytes.TrimSpace(files["record.jsonl"][:rows]), []byte("\n"))
	var c audit.Checkpoint
	if err := json.Unmarshal(heads[len(heads)-1], &c); err != nil {
		t.Fatal(err)
	}
	c.Kind, c.NextKey = audit.NextKey, trusted
	c.Sig = base64.StdEncoding.EncodeToString(ed25519.Sign(ed25519.NewKeyFromSeed(theirs()), encoded(c)))
	line, err := json.Marshal(struct {
		Type string `json:"type"`
		audit.Checkpoint
	}{"checkpoint", c})
	if err != nil {
		t.Fatal(err)
	}
	b := k.reseal(names, files, "record.jsonl", func(b []byte) []byte {
		return slices.Concat(b[:rows], line, []byte("\n"), b[rows:])
	})
	got, err := review.Verify(bytes.NewReader(b), int64(len(b)), []string{trusted})
	if err != nil || got.Trusted || len(got.Faults) != 1 || !strings.Contains(got.Faults[0].What, "no trusted one handed over to") {
		t.Errorf("%+v, trusted %v: %v", got.Faults, got.Trusted, err)
	}
}

// theirs is the seed of somebody else's key.
func theirs() []byte { return bytes.Repeat([]byte{7}, ed25519.SeedSize) }

// encoded is what the signature of a head is under.
func encoded(c audit.Checkpoint) (b []byte) {
	text := func(s string) {
		b = append(binary.BigEndian.AppendUint64(b, uint64(len(s))), s...)
	}
	number := func(n int64) { text(strconv.FormatInt(n, 10)) }
	text("keydesk checkpoint 1")
	text(string(c.Kind))
	number(c.Seq)
	text(c.Hash)
	number(c.At.UnixMilli())
	for range 3 { // of a cut
		number(0)
	}
	text(c.NextKey)
	text(c.Key)
	return b
}

// The sealed evidence of another review, or what somebody sealed with a key of their own,
// is not given out as that of a review.
func TestEvidenceOfAnother(t *testing.T) {
	k, v := sealed(t)
	k.Advance(3600e9)
	other := k.carry(k.start(k.staff("owner")), k.staff("owner"))
	k.exec(`update review set manifest = (select manifest from review where id = '`+other.ID+`') where id = '`+v.ID+`'`,
		`delete from review_snapshot where review = '`+v.ID+`'`,
		`insert into review_snapshot (review, which, body) select '`+v.ID+`', which, body from review_snapshot where review = '`+other.ID+`'`)
	k.notGiven(v)
	k.verified(k.bundle(other))

	k, v = sealed(t)
	var kept string
	if err := k.Store.R.QueryRowContext(t.Context(), `select manifest from review where id = $1`, v.ID).Scan(&kept); err != nil {
		t.Fatal(err)
	}
	var whole map[string]json.RawMessage
	var text string
	var m review.Manifest
	for _, err := range []error{json.Unmarshal([]byte(kept), &whole), json.Unmarshal(whole["manifest"], &text), json.Unmarshal([]byte(text), &m)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	m.Seal = audit.Seal{}
	message, _ := json.Marshal(m)
	m.Seal = audit.KeyOf(theirs()).Seal("keydesk review bundle", message)
	written, _ := json.MarshalIndent(m, "", "  ")
	whole["manifest"], _ = json.Marshal(string(written) + "\n")
	again, _ := json.Marshal(whole)
	if _, err := k.Store.W.ExecContext(t.Context(), `update review set manifest = $1 where id = $2`, string(again), v.ID); err != nil {
		t.Fatal(err)
	}
	k.notGiven(v)
}

// notGiven asserts that the console gives out no bundle, and says that of the manifest.
func (k *kit) notGiven(v review.Review) {
	k.t.Helper()
	var out bytes.Buffer
	var de *desk.Error
	err := k.Bundle(k.t.Context(), k.staff("auditor"), v.ID, func(string) io.Writer { return &out })
	if !errors.As(err, &de) || de.Rule != "review.changed" || !strings.Contains(de.Msg, "manifest.json") || out.Len() > 0 {
		k.t.Errorf("given out %d bytes: %v", out.Len(), err)
	}
}

// A small archive takes no more memory than it has, whatever it says of itself.
func TestPackedBundles(t *testing.T) {
	names := []string{"report.html", "decisions.csv", "decisions.json", "before.json", "after.json", "record.jsonl", "manifest.json"}
	zero := make([]byte, 1<<20)
	packed := func(method uint16, long uint64) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, n := range names {
			if long > 0 {
				if _, err := z.CreateRaw(&zip.FileHeader{Name: n, Method: method, CompressedSize64: long, UncompressedSize64: long}); err != nil {
					t.Fatal(err)
				}
				continue
			}
			w, err := z.CreateHeader(&zip.FileHeader{Name: n, Method: method})
			for range 64 {
				if err == nil {
					_, err = w.Write(zero)
				}
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	var many bytes.Buffer
	z := zip.NewWriter(&many)
	for range 60_000 {
		if _, err := z.CreateRaw(&zip.FileHeader{Name: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"packed": packed(zip.Deflate, 0), "longer than the archive": packed(zip.Store, 1<<29), "a long directory": many.Bytes()} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got, err := review.Verify(bytes.NewReader(b), int64(len(b)), nil)
		runtime.ReadMemStats(&after)
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 16<<20 {
			t.Errorf("%s: of %d KiB %d MiB were made", name, len(b)>>10, grown>>20)
		}
		if err == nil && len(got.Faults) == 0 {
			t.Errorf("%s: it holds", name)
		}
	}
}
