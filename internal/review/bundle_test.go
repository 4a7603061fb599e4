package review_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/review"
)

// sealed is a review of a few people with some of every decision, sealed.
func sealed(t testing.TB) (*kit, review.Review) {
	t.Helper()
	k := newKit(t)
	k.only(k.Org.AdminWith("REPORT_ADMIN"), k.Org.AdminWith("READ_ONLY_ADMIN"), k.Org.AdminWith("SUPER_ADMIN"), k.Org.LimitedAdmin("HELP_DESK_ADMIN"), k.Org.GroupAdmin("APP_ADMIN"), k.Org.GroupAdmin("USER_ADMIN"))
	k.Org.SetProfile(k.Org.AdminWith("REPORT_ADMIN").ID, "lastName", `=HYPERLINK("x")</td><script>alert(1)</script>`)
	owner := k.staff("owner")
	v := k.start(owner, k.staff("second"))
	verdicts := []review.Verdict{review.Revoke, review.Keep, review.Skip, "", review.Revoke, review.Revoke}
	for n, i := range k.items(v, review.Query{}) {
		if v := verdicts[n%6]; v != "" {
			k.decide(i, v)
		}
	}
	return k, k.carry(v, owner)
}

// unpack are the files of an archive in their order.
func unpack(t testing.TB, b []byte) (names []string, files map[string][]byte) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	files = map[string][]byte{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		names, files[f.Name] = append(names, f.Name), content
	}
	return names, files
}

// A bundle is the same bytes each time, verifies offline, and its files say the same.
func TestBundle(t *testing.T) {
	k, v := sealed(t)
	b := k.bundle(v)
	k.Advance(100 * 24 * 3600e9)
	for range 30 { // heads that are signed later change nothing in it
		if err := k.Desk.SignedIn(t.Context(), k.staff("owner")); err != nil {
			t.Fatal(err)
		}
		if _, err := k.Record.Sign(t.Context(), k.seal, true); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(b, k.bundle(v)) {
		t.Error("the same review gives two bundles")
	}
	got := k.verified(b)
	names, files := unpack(t, b)
	if len(names) != 7 || names[6] != "manifest.json" || got.Manifest.Review != v.ID || got.Record.Checks == 0 {
		t.Errorf("%q %+v", names, got.Manifest)
	}
	var d struct{ Decisions []map[string]any }
	var before, after struct{ Assignments []review.Evidence }
	for name, into := range map[string]any{"decisions.json": &d, "before.json": &before, "after.json": &after} {
		if err := json.Unmarshal(files[name], into); err != nil {
			t.Error(name, err)
		}
	}
	sheet, err := csv.NewReader(bytes.NewReader(files["decisions.csv"])).ReadAll()
	if err != nil || len(sheet) != v.Count.All+1 || len(d.Decisions) != v.Count.All || len(before.Assignments) != v.Count.All || len(after.Assignments) != v.Count.All-v.Count.Done {
		t.Errorf("%d lines, %d decisions, %d before, %d after, %+v: %v", len(sheet), len(d.Decisions), len(before.Assignments), len(after.Assignments), v.Count, err)
	}
	for _, line := range sheet {
		for _, cell := range line {
			if strings.HasPrefix(cell, "=") {
				t.Errorf("a formula in the sheet: %s", cell)
			}
		}
	}
	report := string(files["report.html"])
	for _, word := range []string{"1 is not", "1 role is gone"} {
		if v.Count.Left == 1 && v.Count.Done == 1 && !strings.Contains(report, word) {
			t.Errorf("the report does not say %q", word)
		}
	}
	for _, no := range []string{"<script", "http://", "https://", "src=", "onload"} {
		if strings.Contains(report, no) {
			t.Errorf("the report holds %s", no)
		}
	}
	if acts := k.Acts(audit.Filter{Action: "review.exported"}); len(acts) != 2 {
		t.Errorf("%d rows of two exports", len(acts))
	}
	if err := k.Bundle(t.Context(), k.staff("helpdesk"), v.ID, nil); kindOf(err) != desk.Denied {
		t.Errorf("the helpdesk takes it away: %v", err)
	}
}

// repack is a zip of files in an order, as any program makes one.
func repack(t testing.TB, names []string, files map[string][]byte, method uint16) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range names {
		w, err := z.CreateHeader(&zip.FileHeader{Name: n, Method: method})
		if err == nil {
			_, err = w.Write(files[n])
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

// flip changes one byte of a file to another letter, in the middle.
func flip(b []byte) []byte {
	b = bytes.Clone(b)
	for i := len(b) / 2; i < len(b); i++ {
		if b[i] >= 'a' && b[i] < 'z' {
			b[i]++
			return b
		}
	}
	panic("no letter")
}

// Whatever is changed in a bundle is refused, with the name of the file.
func TestTamperedBundles(t *testing.T) {
	k, v := sealed(t)
	whole := k.bundle(v)
	names, files := unpack(t, whole)
	with := func(name string, content []byte) map[string][]byte {
		out := map[string][]byte{}
		for n, b := range files {
			out[n] = b
		}
		out[name] = content
		return out
	}
	without := func(name string) (out []string) {
		for _, n := range names {
			if n != name {
				out = append(out, n)
			}
		}
		return out
	}
	refused := func(what, file string, b []byte) {
		t.Helper()
		got, err := review.Verify(bytes.NewReader(b), int64(len(b)), []string{k.seal.Public()})
		if err != nil {
			if file != "" {
				t.Errorf("%s: %v", what, err)
			}
			return
		}
		for _, f := range got.Faults {
			if f.File == file && f.What != "" {
				return
			}
		}
		t.Errorf("%s: %+v, want a word on %q", what, got.Faults, file)
	}
	for _, n := range names {
		refused("changed "+n, n, repack(t, names, with(n, flip(files[n])), zip.Store))
		refused("cut "+n, n, repack(t, names, with(n, files[n][:len(files[n])/2]), zip.Store))
		refused("longer "+n, n, repack(t, names, with(n, append(bytes.Clone(files[n]), '\n')), zip.Store))
		refused("empty "+n, n, repack(t, names, with(n, nil), zip.Store))
		refused("missing "+n, n, repack(t, without(n), files, zip.Store))
		refused("twice "+n, n, repack(t, append(names[:len(names):len(names)], n), files, zip.Store))
		refused("renamed "+n, n, repack(t, append(without(n), "x"+n), with("x"+n, files[n]), zip.Store))
		refused("changed in place "+n, n, bytes.Replace(whole, files[n], flip(files[n]), 1))
		refused("another case "+n, strings.ToUpper(n), repack(t, append(names[:len(names):len(names)], strings.ToUpper(n)), with(strings.ToUpper(n), files[n]), zip.Store))
		refused("name in the directory alone "+n, n, renameLast(whole, n))
	}
	refused("added", "notes.txt", repack(t, append(names[:len(names):len(names)], "notes.txt"), with("notes.txt", []byte("hello")), zip.Store))
	refused("outside", "../../etc/passwd", repack(t, append(names[:len(names):len(names)], "../../etc/passwd"), with("../../etc/passwd", nil), zip.Store))
	refused("packed anew", "report.html", repack(t, names, files, zip.Deflate))
	refused("packed anew, stored", "report.html", repack(t, names, files, zip.Store))
	refused("another order", "report.html", repack(t, append(names[1:len(names):len(names)], names[0]), files, zip.Store))
	refused("something before", "", append([]byte("#!/bin/sh\n"), whole...))
	refused("something after", "", append(bytes.Clone(whole), 0))
	refused("a comment", "", bytes.Replace(whole, []byte("PK\x05\x06"), []byte("PK\x05\x07"), 1))
	refused("nothing", "", nil)
	refused("two archives", "", append(bytes.Clone(whole), whole...))
}

// renameLast gives a file another name in the directory at the end of an archive alone
// or in front of it alone: the last place where the name stands.
func renameLast(b []byte, name string) []byte {
	b = bytes.Clone(b)
	i := bytes.Index(b, []byte(name)) // in front of the file
	copy(b[i:], strings.Repeat("x", len(name)))
	return b
}

// A bundle that somebody made with a key of their own agrees with itself, and is not
// believed by who knows the console's.
func TestAnothersBundle(t *testing.T) {
	k, v := sealed(t)
	b := k.bundle(v)
	other := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{1}, 32))
	for _, keys := range [][]string{{other}, {"nonsense"}} {
		got, err := review.Verify(bytes.NewReader(b), int64(len(b)), keys)
		if err != nil || len(got.Faults) == 0 || got.Trusted || got.Faults[0].File != "record.jsonl" {
			t.Errorf("%+v %v", got, err)
		}
	}
	got, err := review.Verify(bytes.NewReader(b), int64(len(b)), nil)
	if err != nil || len(got.Faults) > 0 || got.Trusted {
		t.Errorf("without a key: %+v %v", got, err)
	}
}

// What is changed in the database after the seal is not given out, and the file that
// would differ is named.
func TestChangedAfterTheSeal(t *testing.T) {
	k, v := sealed(t)
	for _, c := range []struct{ set, undo, file string }{
		{`update review_item set note = note || 'x'`, `update review_item set note = replace(note, 'itx', 'it')`, ""}, // what was sealed is kept apart
		{`update review_snapshot set which = 'x' where which = 'report.html'`, `update review_snapshot set which = 'report.html' where which = 'x'`, "report.html"},
		{`update review_snapshot set body = 'x' || body where which = 'decisions.json'`, `update review_snapshot set body = substr(body, 2) where which = 'decisions.json'`, "decisions.json"},
		{`update review_snapshot set body = (select body from review_snapshot b where b.which = 'after.json' and b.review = review_snapshot.review) where which = 'before.json'`, ``, "before.json"},
		{`update record set reason = 'never mind' where reason = 'seen to it'`, `update record set reason = 'seen to it' where reason = 'never mind'`, "record.jsonl"},
		{`update review set manifest = replace(manifest, 'Autumn review', 'Another review')`, `update review set manifest = replace(manifest, 'Another review', 'Autumn review')`, "manifest.json"},
	} {
		exec := func(sql string) {
			if _, err := k.Store.W.ExecContext(t.Context(), sql); err != nil {
				t.Fatal(sql, err)
			}
		}
		exec(c.set)
		var out bytes.Buffer
		err := k.Bundle(t.Context(), k.staff("auditor"), v.ID, func(string) io.Writer { return &out })
		if c.undo == "" {
			k, v = sealed(t)
		} else {
			exec(c.undo)
		}
		var de *desk.Error
		if errors.As(err, &de); (err != nil) != (c.file != "") || err != nil && (de.Kind != desk.Conflict || !strings.Contains(de.Msg, c.file) || out.Len() > 0) {
			t.Errorf("%s: %v, %d bytes given out", c.set, err, out.Len())
		}
	}
	k.verified(k.bundle(v))
}

// FuzzVerify: whatever is handed in as a bundle, verifying ends, and holds nothing that
// was not sealed.
func FuzzVerify(f *testing.F) {
	k, v := sealed(f)
	whole := k.bundle(v)
	_, files := unpack(f, whole)
	f.Add(whole)
	f.Add(files["manifest.json"])
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := review.Verify(bytes.NewReader(b), int64(len(b)), []string{k.seal.Public()})
		if err == nil && len(got.Faults) == 0 && !bytes.Equal(b, whole) {
			t.Errorf("another bundle of %d bytes holds", len(b))
		}
	})
}

// FuzzVerifyPart: whatever stands in one file of a bundle, it is named when it is not
// what was sealed.
func FuzzVerifyPart(f *testing.F) {
	k, v := sealed(f)
	names, files := unpack(f, k.bundle(v))
	for n, name := range names {
		f.Add(n, files[name])
	}
	f.Fuzz(func(t *testing.T, n int, content []byte) {
		name := names[(n%len(names)+len(names))%len(names)]
		changed := map[string][]byte{}
		for at, b := range files {
			changed[at] = b
		}
		changed[name] = content
		b := repack(t, names, changed, zip.Store)
		got, err := review.Verify(bytes.NewReader(b), int64(len(b)), []string{k.seal.Public()})
		if err != nil {
			t.Fatal(err)
		}
		named := bytes.Equal(content, files[name])
		for _, fault := range got.Faults {
			named = named || fault.File == name
		}
		if !named {
			t.Errorf("%s differs, and is not named: %+v", name, got.Faults)
		}
	})
}
