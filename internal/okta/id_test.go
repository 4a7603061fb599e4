package okta

import (
	"encoding/json"
	"errors"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// badIDs are texts that must never become a part of a path.
func badIDs() []string {
	return []string{
		"", "me", "00u", "ann.vo@brightwater.example", "..", ".", "%2e%2e", "%2E%2E%2F", "..%2Fgroups", "../groups/00g1",
		annID + "/lifecycle/suspend#", annID + "#", annID + "?x=1", annID + "\x00", annID + "\n", " " + annID, annID + " ",
		annID + "0", annID[:19], "00g" + annID[3:], "00U" + annID[3:], "00u/../../00000000000", "00u00000000000000000é",
		"00u0000000000000000é", "00u..00000000000000.", "00u%2e%2e%2f000000000", "00u-_-_-_-_-_-_-_-_-_", "００ｕAnnVo000000000001", ";" + annID,
	}
}

func TestParseUserID(t *testing.T) {
	for _, s := range badIDs() {
		if id, err := ParseUserID(s); err == nil || !errors.Is(err, ErrBadID) || !id.IsZero() {
			t.Errorf("%q became %q, %v", s, id, err)
		}
		quoted, _ := json.Marshal(s)
		var id UserID
		if err := json.Unmarshal(quoted, &id); err == nil || !id.IsZero() {
			t.Errorf("%q was decoded to %q", s, id)
		}
	}
	id, err := ParseUserID(annID)
	if err != nil || id.String() != annID || id.IsZero() || id != ann {
		t.Error(id, err)
	}
	if b, err := json.Marshal(map[UserID]UserID{id: id}); err != nil || string(b) != `{"`+annID+`":"`+annID+`"}` {
		t.Errorf("%s, %v", b, err)
	}
}

func TestFill(t *testing.T) {
	two := Operation{Name: "two", Path: "/api/v1/users/{userId}/roles/{roleId}"}
	for name, c := range map[string]struct {
		op  Operation
		ids []segment
		ok  bool
	}{
		"none needed":   {Operation{Path: "/api/v1/users"}, nil, true},
		"one":           {Operation{Path: "/api/v1/users/{userId}"}, []segment{ann.segment()}, true},
		"me":            {Operation{Path: "/api/v1/users/{userId}"}, []segment{me}, true},
		"two":           {two, []segment{ann.segment(), "IFIFAX2BIRGUSTQ"}, true},
		"missing":       {two, []segment{ann.segment()}, false},
		"one too many":  {two, []segment{ann.segment(), "a", "b"}, false},
		"none to take":  {Operation{Path: "/api/v1/users"}, []segment{ann.segment()}, false},
		"empty":         {two, []segment{ann.segment(), ""}, false},
		"a name":        {two, []segment{"a", "template_swa.v1-2"}, true},
		"up":            {two, []segment{"..", "a"}, false},
		"here":          {two, []segment{"a", "."}, false},
		"hidden":        {two, []segment{"a", ".a"}, false},
		"encoded":       {two, []segment{"a", "%2e%2e"}, false},
		"slash":         {two, []segment{"a/b", "c"}, false},
		"long":          {two, []segment{"a", segment(strings.Repeat("a", 101))}, false},
		"unclean":       {Operation{Path: "/api//v1/{x}"}, []segment{"a"}, false},
		"trailing":      {Operation{Path: "/api/v1/{x}/"}, []segment{"a"}, false},
		"other letters": {two, []segment{"a", "ａ"}, false},
	} {
		p, err := c.op.fill(c.ids...)
		if (err == nil) != c.ok || err != nil && (p != "" || !errors.Is(err, ErrBadID)) {
			t.Errorf("%s: %q, %v", name, p, err)
		}
	}
}

var placeholder = regexp.MustCompile(`\{\w+\}`)

func FuzzPath(f *testing.F) {
	for _, s := range append(badIDs(), annID, "me", "IFIFAX2BIRGUSTQ") {
		f.Add(s)
	}
	ops := Operations()
	f.Fuzz(func(t *testing.T, s string) {
		id, idErr := ParseUserID(s)
		if idErr == nil && id.String() != s {
			t.Errorf("%q became %q", s, id)
		}
		for _, op := range ops {
			n := strings.Count(op.Path, "{")
			if n == 0 {
				continue
			}
			p, err := op.fill(slices.Repeat([]segment{segment(s)}, n)...)
			if err != nil {
				if idErr == nil {
					t.Errorf("%s refused %q", op.Name, s)
				}
				continue
			}
			want := placeholder.ReplaceAllLiteralString(op.Path, s)
			if p != want || path.Clean(p) != p || strings.Count(p, "/") != strings.Count(op.Path, "/") || strings.ContainsAny(p, "%?#;\\ ") {
				t.Errorf("%s: %q made %q", op.Name, s, p)
			}
		}
	})
}

// FuzzIDs: a text that is taken comes back as it was, and can stand in a path.
func FuzzIDs(f *testing.F) {
	for _, s := range append(badIDs(), annID, "IFIFAX2BIRGUSTQ", "oag1_-", "-", "_.-", ".a", "a.", strings.Repeat("a", 64), strings.Repeat("a", 65), strings.Repeat("a", 101)) {
		f.Add(s)
	}
	plain := regexp.MustCompile(`\A[A-Za-z0-9_-]{1,64}\z`)
	name := regexp.MustCompile(`\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}\z`)
	f.Fuzz(func(t *testing.T, s string) {
		checkParse(t, s, plain, ParseRoleID)
		checkParse(t, s, plain, ParseGroupID)
		checkParse(t, s, plain, ParseAppID)
		checkParse(t, s, plain, ParseGrantID)
		checkParse(t, s, plain, ParseTokenID)
		checkParse(t, s, plain, ParseFactorID)
		checkParse(t, s, name, ParseAppName)
		checkParse(t, s, name, ParseClientID)
		checkParse(t, s, name, ParseLinkName)
	})
}

func checkParse[K kind](t *testing.T, s string, grammar *regexp.Regexp, parse func(string) (ID[K], error)) {
	t.Helper()
	id, err := parse(s)
	if (err == nil) != grammar.MatchString(s) || err != nil && (!errors.Is(err, ErrBadID) || !id.IsZero()) {
		t.Fatalf("%T: %q became %q, %v", id, s, id, err)
	}
	var read ID[K]
	if readErr := read.UnmarshalText([]byte(s)); (readErr == nil) != (err == nil) || read != id {
		t.Errorf("%T: %q was decoded to %q, %v", id, s, read, readErr)
	}
	if b, err := id.MarshalText(); err != nil || string(b) != id.String() {
		t.Errorf("%T: %q is written %q, %v", id, s, b, err)
	}
	if err == nil && (id.String() != s || !id.segment().valid()) {
		t.Errorf("%T: %q became %q", id, s, id)
	}
}
