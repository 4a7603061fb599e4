package audit_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"keydesk/internal/audit"
)

func exported(t testing.TB, l *audit.Log, as audit.Format, f audit.Filter) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := l.Export(t.Context(), &b, as, f, nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// An export verifies without the database, and tampering with it is found.
func TestExportVerifiesOffline(t *testing.T) {
	l, db := open(t)
	b, err := os.ReadFile("testdata/first_release.sql")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.W.ExecContext(t.Context(), string(b)); err != nil {
		t.Fatal(err)
	}
	k := key(t)
	fillMore(t, l, 30)
	if _, err := l.Sign(t.Context(), k, true); err != nil {
		t.Fatal(err)
	}
	trust := audit.Trust{Keys: []string{k.Public()}}
	whole := exported(t, l, audit.JSONLines, audit.Filter{})
	rep, err := audit.VerifyExport(strings.NewReader(whole), trust)
	if err != nil || len(rep.Faults) > 0 || rep.Rows != 70 || rep.Signed.Seq != 70 || rep.Part {
		t.Fatalf("%+v %v", rep, err)
	}
	all := strings.Split(strings.TrimSpace(whole), "\n")
	for i := 2; i < len(all); i += 3 {
		for name, lines := range map[string][]string{
			"changed": append(append([]string{}, all[:i]...), append([]string{strings.Replace(all[i], `"action":"`, `"action":"x`, 1)}, all[i+1:]...)...),
			"removed": append(append([]string{}, all[:i]...), all[i+1:]...),
			"cut off": all[:i],
			"twice":   append(append([]string{}, all[:i]...), all[i-1:]...),
		} {
			if name == "changed" && !strings.Contains(all[i], `"action":"`) || name == "twice" && i == 2 {
				continue
			}
			if rep, err := audit.VerifyExport(strings.NewReader(strings.Join(lines, "\n")), trust); err == nil && len(rep.Faults) == 0 {
				t.Errorf("line %d %s: not found", i, name)
			}
		}
	}
	part := exported(t, l, audit.JSONLines, audit.Filter{Action: "suspend"})
	if rep, err := audit.VerifyExport(strings.NewReader(part), trust); err != nil || !rep.Part || rep.Rows != 1 || len(rep.Faults) > 0 {
		t.Errorf("a part: %+v %v", rep, err)
	}
	if rep, err := audit.VerifyExport(strings.NewReader(strings.Replace(part, "protected", "x", 1)), trust); err != nil || len(rep.Faults) != 1 {
		t.Errorf("a changed part: %+v %v", rep, err)
	}
}

// busy is a place that an export is written to while the record goes on.
type busy struct {
	bytes.Buffer
	lines int
	goOn  func(line int)
}

// Write implements io.Writer.
func (b *busy) Write(p []byte) (int, error) {
	b.lines++
	b.goOn(b.lines)
	return b.Buffer.Write(p)
}

// An export under which rows are added and heads are signed verifies.
func TestExportWhileTheRecordGoesOn(t *testing.T) {
	l, _ := open(t)
	k := key(t)
	more := func(n int) {
		t.Helper()
		fillMore(t, l, n)
		if _, err := l.Sign(t.Context(), k, true); err != nil {
			t.Fatal(err)
		}
	}
	more(90)
	out := &busy{goOn: func(line int) {
		if line%60 == 0 && line < 600 { // whole pages of rows come after the first
			more(90)
		}
	}}
	if _, err := l.Export(t.Context(), out, audit.JSONLines, audit.Filter{}, nil); err != nil {
		t.Fatal(err)
	}
	rep, err := audit.VerifyExport(bytes.NewReader(out.Bytes()), audit.Trust{Keys: []string{k.Public()}})
	if err != nil || len(rep.Faults) > 0 || rep.Rows < 600 || rep.Unsigned() > 0 {
		t.Errorf("%d rows, the last signed is %d: %+v %v", rep.Rows, rep.Signed.Seq, rep.Faults, err)
	}
}

// What was sent out verifies as well: from any row on, and with rows that came twice.
func TestWhatWasSentVerifies(t *testing.T) {
	l, _ := open(t)
	k := key(t)
	var cursor audit.Cursor
	var stream []string
	for i := range 12 {
		fillMore(t, l, 3)
		if i%3 == 0 {
			if _, err := l.Sign(t.Context(), k, true); err != nil {
				t.Fatal(err)
			}
		}
		sent, next, err := l.Pending(t.Context(), cursor, 5)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range sent {
			stream = append(stream, string(s.JSON))
		}
		if i%2 == 0 { // else it is sent again
			cursor = next
		}
	}
	trust := audit.Trust{Keys: []string{k.Public()}}
	for _, from := range []int{0, 4} {
		rep, err := audit.VerifyExport(strings.NewReader(strings.Join(stream[from:], "\n")), trust)
		if err != nil || len(rep.Faults) > 0 || rep.Part || rep.Last < 25 || rep.Signed.Seq == 0 {
			t.Errorf("from line %d: %+v %v", from, rep, err)
		}
	}
	gap := append(append([]string{}, stream[:6]...), stream[20:]...)
	if rep, _ := audit.VerifyExport(strings.NewReader(strings.Join(gap, "\n")), trust); len(rep.Faults) == 0 {
		t.Error("a gap is not found")
	}
}

// No cell of a sheet begins as a formula, in any width; the rest comes back as it was.
func TestCSVIsGuarded(t *testing.T) {
	l, _ := open(t)
	hostile := []string{"=1+1", "+1", "-1", "@x", "\tx", "\r=x", "＝1", "＋1", "－1", "＠x", " =1", "\u3000＝1", "−1", "\n=1", `"=1"`, "a,b\n=c", "a;=1+1", "a; @x", "a\t-1;\u3000＝1", `a;"=1"`}
	for _, h := range hostile {
		if _, err := l.Add(t.Context(), audit.Row{ActorName: h, Reason: h, Detail: h, Params: h, Target: h, Ticket: h, Action: h}); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := csv.NewReader(strings.NewReader(exported(t, l, audit.CSV, audit.Filter{}))).ReadAll()
	if err != nil || len(rows) != len(hostile)+1 {
		t.Fatal(len(rows), err)
	}
	for i, row := range rows[1:] {
		for j, cell := range row {
			for _, part := range strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(";\t\r\n", r) }) { // as a sheet of another country reads it
				if first := []rune(strings.TrimLeft(part, " \u3000\"") + " ")[0]; strings.ContainsRune("=+-@＝＋－＠−", first) {
					t.Errorf("%s of row %d is %q", rows[0][j], i+1, cell)
				}
			}
		}
		if kept := strings.ReplaceAll(row[5], "'", ""); kept != hostile[i] {
			t.Errorf("%q came back as %q", hostile[i], kept)
		}
	}
}

// Every column of a row is in its line and comes back.
func TestLineHoldsEveryColumn(t *testing.T) {
	typ := reflect.TypeFor[audit.Row]()
	for f := range typ.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get(audit.Tag), ",")
		if got, _, _ := strings.Cut(f.Tag.Get("json"), ","); got != name {
			t.Errorf("Row.%s is %q in a line and %q in the record", f.Name, got, name)
		}
	}
	l, _ := open(t)
	rapid.Check(t, func(rt *rapid.T) {
		word := rapid.StringN(0, 30, 100)
		seq, err := l.Add(t.Context(), audit.Row{ActorName: word.Draw(rt, "name"), Reason: word.Draw(rt, "reason"), Params: word.Draw(rt, "params"), Address: word.Draw(rt, "address")})
		if err != nil {
			rt.Fatal(err)
		}
		sent, _, err := l.Pending(t.Context(), audit.Cursor{Seq: seq - 1}, 1)
		if err != nil || len(sent) != 1 {
			rt.Fatal(len(sent), err)
		}
		var back audit.Row
		if err := json.Unmarshal(sent[0].JSON, &back); err != nil || back != *sent[0].Row {
			rt.Fatalf("%+v came back as %+v (%v)", *sent[0].Row, back, err)
		}
	})
}

// Whatever a file holds, reading it neither panics nor takes what was changed for whole.
func FuzzVerifyExport(f *testing.F) {
	row := `{"type":"row","v":2,"seq":1,"at":"2026-11-30T09:00:00Z","phase":"event","prev":"","hash":"x"}`
	for _, s := range []string{"", "{}", `{"type":"record","format":1,"whole":true}`, row, row + "\n" + row, `{"type":"checkpoint","id":1,"kind":"cut","seq":9}`, `{"type":"row","at":"x"}`, `{"type":"row","v":-1}`, "\x00", `[1]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		rep, err := audit.VerifyExport(bytes.NewReader(b), audit.Trust{Keys: []string{"k"}})
		if err == nil && rep.Rows > 0 && len(rep.Faults) == 0 {
			t.Fatalf("%q is taken for a record: %+v", b, fmt.Sprint(rep))
		}
	})
}

// A line that says one thing to a program and another to the next does not verify.
func TestLineMeansOneThing(t *testing.T) {
	l, _ := open(t)
	k := key(t)
	fillMore(t, l, 1)
	if _, err := l.Sign(t.Context(), k, true); err != nil {
		t.Fatal(err)
	}
	whole := exported(t, l, audit.JSONLines, audit.Filter{})
	part := exported(t, l, audit.JSONLines, audit.Filter{Action: "unlock"})
	for _, f := range []string{whole, part} {
		if rep, err := audit.VerifyExport(strings.NewReader(f), keysOf(k)); err != nil || len(rep.Faults) > 0 {
			t.Fatal(rep.Faults, err)
		}
		for from, to := range map[string]string{
			`"reason":"called in"`: `"reason":"FORGED","Reason":"called in"`,
			`"class":`:             `"note":"FORGED","class":`,
			`"ticket":`:            `"ticket":"FORGED","ticket":`,
			`{"type":"row","v"`:    `{"type":"row", "v"`,
			`"phase":"intent"`:     `"phase":"\u0069ntent"`,
			`"kind":"head"`:        `"kind":"cut","Kind":"head"`,
			`"format":1`:           `"format":2,"Format":1`,
			`"rows":`:              `"rows":99,"Rows":`,
			`{"type":"end"`:        `{"type":"row","Type":"end"`,
		} {
			changed := strings.Replace(f, from, to, 1)
			if changed == f {
				t.Fatalf("no %s in %s", from, f)
			}
			if rep, err := audit.VerifyExport(strings.NewReader(changed), keysOf(k)); err == nil && len(rep.Faults) == 0 {
				t.Errorf("%s verifies", to)
			}
		}
	}
}
