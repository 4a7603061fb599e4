package review_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"keydesk/internal/audit"
	"keydesk/internal/review"
)

// reseal changes one file of a bundle, and signs all of it with the console's own key:
// what is found then is found by the record alone.
func (k *kit) reseal(names []string, files map[string][]byte, name string, change func([]byte) []byte) []byte {
	k.t.Helper()
	changed := map[string][]byte{}
	for n, b := range files {
		changed[n] = b
	}
	changed[name] = change(bytes.Clone(files[name]))
	if bytes.Equal(changed[name], files[name]) {
		k.t.Fatal("nothing was changed")
	}
	var m review.Manifest
	if err := json.Unmarshal(files["manifest.json"], &m); err != nil {
		k.t.Fatal(err)
	}
	for i, f := range m.Files {
		sum := sha256.Sum256(changed[f.Name])
		m.Files[i].Size, m.Files[i].SHA256 = int64(len(changed[f.Name])), hex.EncodeToString(sum[:])
	}
	m.Seal = audit.Seal{}
	message, err := json.Marshal(m)
	if err != nil {
		k.t.Fatal(err)
	}
	m.Seal = k.seal.Seal("keydesk review bundle", message)
	written, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		k.t.Fatal(err)
	}
	changed["manifest.json"] = append(written, '\n')
	return repack(k.t, names, changed, zip.Store)
}

// Whatever is put into the files of a bundle that the record does not say is found by
// verifying, also where it was sealed with the console's key.
func TestSealedButNotRecorded(t *testing.T) {
	k, v := everyKind(t)
	k.toTheEnd()
	second := k.staff("second")
	second.AuthTime = k.Now()
	if _, err := k.Again(t.Context(), second, v.ID); err != nil {
		t.Fatal(err)
	}
	k.toTheEnd()
	names, files := unpack(t, k.bundle(v))
	type object = map[string]any
	each := func(key, value string, do func(object)) func(object) {
		return func(all object) {
			for _, d := range all["decisions"].([]any) {
				if o := d.(object); value == "" && o[key] == nil || o[key] == value {
					do(o)
					return
				}
			}
			t.Errorf("no decision has %s %q", key, value)
		}
	}
	set := func(key string, value any) func(object) { return func(o object) { o[key] = value } }
	head := func(do func(object)) func(object) { return func(all object) { do(all["review"].(object)) } }
	for name, change := range map[string]func(object){
		"done without a row":     each("decision", "revoke", func(o object) { o["outcome"] = "done"; delete(o, "outcome_row") }),
		"an end of no kind":      each("decision", "revoke", set("outcome", "again")),
		"no end":                 each("decision", "revoke", func(o object) { delete(o, "outcome"); delete(o, "outcome_row") }),
		"another end":            each("outcome", "done", set("outcome", "drift")),
		"an end of a keep":       each("decision", "keep", set("outcome", "done")),
		"another name":           each("decision", "keep", set("by", object{"id": "00u1", "name": "Grace Somebody"})),
		"another time":           each("decision", "skip", set("at", "2020-01-01T00:00:00Z")),
		"another reason":         each("decision", "skip", set("reason", "never mind")),
		"carried forward":        each("decision", "", func(o object) { o["decision"], o["carried_forward_from"] = "keep", "Summer review" }),
		"carried from elsewhere": each("carried_forward_from", "Summer review", set("carried_forward_from", "Spring review")),
		"carried by another":     each("carried_forward_from", "Summer review", set("by", object{"id": "00u1", "name": "Grace Somebody"})),
		"another role":           each("decision", "keep", set("reaches", "nothing")),
		"a decision left out":    func(all object) { all["decisions"] = all["decisions"].([]any)[1:] },
		"the order of decisions": func(all object) { d := all["decisions"].([]any); d[0], d[1] = d[1], d[0] },
		"another owner":          head(set("owner", object{"id": "00u1", "name": "Grace Somebody"})),
		"another start":          head(set("started_at", "2020-01-01T00:00:00Z")),
		"another closer":         head(set("closed_by", object{"id": "00u1", "name": "Grace Somebody"})),
		"another close":          head(set("closed_at", "2020-01-01T00:00:00Z")),
		"another end of it":      head(set("ended_at", "2020-01-01T00:00:00Z")),
		"not carried out again":  head(func(o object) { delete(o, "carried_out_again") }),
		"again by another": head(func(o object) {
			o["carried_out_again"].([]any)[0].(object)["by"] = object{"id": "00u1", "name": "Grace"}
		}),
		"other numbers":           head(func(o object) { o["count"].(object)["keep"] = 99 }),
		"of something else":       head(func(o object) { o["plan"].(object)["scope"] = object{"role": "SUPER_ADMIN"} }),
		"another id":              head(set("id", "abcdefghijkl")),
		"a more careful reviewer": func(all object) { all["pace"].([]any)[0].(object)["per_cent_under_2_s"] = 1 },
	} {
		b := k.reseal(names, files, "decisions.json", func(b []byte) []byte {
			var all object
			if err := json.Unmarshal(b, &all); err != nil {
				t.Fatal(err)
			}
			change(all)
			out, err := json.MarshalIndent(all, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			return out
		})
		k.found(b, name, "decisions.json", "before.json", "after.json")
	}
	for name, old := range map[string]string{"before.json": `"SUPER_ADMIN"`, "after.json": `"READ_ONLY_ADMIN"`} {
		b := k.reseal(names, files, name, func(b []byte) []byte { return bytes.Replace(b, []byte(old), []byte(`"REPORT_ADMIN"`), 1) })
		k.found(b, name, name)
	}
}

// found asserts that verifying finds something in one of the files.
func (k *kit) found(b []byte, what string, files ...string) {
	k.t.Helper()
	got, err := review.Verify(bytes.NewReader(b), int64(len(b)), []string{k.seal.Public()})
	if err != nil || len(got.Faults) == 0 || !strings.Contains(strings.Join(files, " "), got.Faults[0].File) || strings.Contains(got.Faults[0].What, "packed in another way") {
		k.t.Errorf("%s: %+v %v", what, got.Faults, err)
	}
}
