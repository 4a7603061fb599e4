package main

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/review"
	"keydesk/internal/testkit"
)

// staffActor is somebody of the staff, signed in a moment ago.
func staffActor(t *testing.T, k *testkit.Kit, key string, role desk.Role) desk.Actor {
	t.Helper()
	p, _ := k.Org.Person(k.Org.Staff()[key])
	id, err := okta.ParseUserID(p.ID)
	if err != nil {
		t.Fatal(err)
	}
	return desk.Actor{ID: "iss#" + p.ID, OktaID: id, Name: p.FirstName + " " + p.LastName, Email: p.Email, Roles: []desk.Role{role}, Session: key, AuthTime: k.Now()}
}

// reviewed is a whole review over the real map, and its bundle in a file.
func reviewed(t *testing.T, k *testkit.Kit) (file string, v review.Review) {
	t.Helper()
	owner := staffActor(t, k, "owner", desk.Owner)
	fatal := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	fatal(k.Map.Walk(t.Context()))
	v, err := k.Reviews.Start(t.Context(), owner, review.Plan{
		Name: "Spring review", Due: k.Now().Add(time.Hour), Scope: review.Scope{Role: "REPORT_ADMIN"}, Reviewers: review.Rule{Named: []review.Person{{ID: owner.OktaID.String()}}},
	})
	fatal(err)
	items, err := k.Reviews.Items(t.Context(), owner, review.Query{Review: v.ID})
	fatal(err)
	for _, i := range items {
		verdict := review.Revoke
		if !i.Evidence.Role.Direct() {
			verdict = review.Keep
		}
		_, err := k.Reviews.Decide(t.Context(), owner, review.Choice{Review: v.ID, N: i.N, Version: i.Version, Verdict: verdict, Note: "not needed"})
		fatal(err)
	}
	f, err := k.Reviews.Forecast(t.Context(), owner, v.ID)
	fatal(err)
	_, err = k.Reviews.Close(t.Context(), owner, v.ID, review.Final{Shown: f.Shown})
	fatal(err)
	if wait, err := k.Reviews.CarryOut(t.Context()); err != nil || wait == 0 {
		t.Errorf("it does not wait for the map: %v %v", wait, err)
	}
	fatal(k.Map.Reread(t.Context()))
	if wait, err := k.Reviews.CarryOut(t.Context()); err != nil || wait > 0 {
		t.Fatalf("it does not end: %v %v", wait, err)
	}
	var b bytes.Buffer
	fatal(k.Reviews.Bundle(t.Context(), owner, v.ID, func(string) io.Writer { return &b }))
	file = filepath.Join(t.TempDir(), "review.zip")
	fatal(os.WriteFile(file, b.Bytes(), 0o600))
	return file, v
}

// The evidence of a review over the real map is checked by the command, which names the
// file of a bundle that somebody changed.
func TestReviewVerify(t *testing.T) {
	k := testkit.New(t)
	file, v := reviewed(t, k)
	head, err := k.Record.Signed(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out, err := command(t, "review", "verify", file, "--key", head.Key)
	for _, say := range []string{v.ID, "decisions.json", "every decision is the record's", "sealed with a key that you trust"} {
		if err != nil || !strings.Contains(out, say) {
			t.Fatalf("%q is not said: %s %v", say, out, err)
		}
	}
	if out, err := command(t, "review", "verify", file); err != nil || !strings.Contains(out, "No key to trust was given") {
		t.Errorf("%s %v", out, err)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		at, err := f.DataOffset()
		if err != nil {
			t.Fatal(err)
		}
		changed := bytes.Clone(whole)
		changed[at+int64(f.UncompressedSize64/2)] ^= 1 //nolint:gosec // a small file
		if err := os.WriteFile(file, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := command(t, "review", "verify", file, "--key", head.Key); err == nil || !strings.Contains(out, f.Name) {
			t.Errorf("%s is changed: %s %v", f.Name, out, err)
		}
	}
	if _, err := command(t, "review", "verify", filepath.Join(t.TempDir(), "nothing.zip")); err == nil {
		t.Error("a file that is not there holds")
	}
}
