package oktasim

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestEncode(t *testing.T) {
	at := time.Date(2026, 5, 15, 17, 24, 46, 987e6, time.FixedZone("", 3600))
	for want, v := range map[string]any{
		`null`:                          nil,
		`true`:                          true,
		`-7`:                            -7,
		`0.25`:                          0.25,
		`123456789`:                     123456789.0,
		`"2026-05-15T16:24:46.000Z"`:    at,
		`[]`:                            []object{},
		`{}`:                            object{},
		`{"b":1,"a":[true,null,"x"]}`:   object{{"b", 1}, {"a", []any{true, nil, "x"}}},
		`"<b> & \"\\ \u0001\u000a é 漢"`: "<b> & \"\\ \x01\n é 漢",
		`{"firstName":"A"}`:             profile{{"firstName", "A"}},
		`["GET","DELETE"]`:              []string{"GET", "DELETE"},
	} {
		if got := string(encode(nil, v)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if got := string(encode(nil, time.Time{})); got != "null" {
		t.Errorf("no time is %s", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("a strange value was encoded")
		}
	}()
	encode(nil, struct{}{})
}

func TestEncodedStringsDecode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := object{{rapid.String().Draw(t, "name"), rapid.String().Draw(t, "value")}}
		var got map[string]string
		if err := json.Unmarshal(encode(nil, want), &got); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, map[string]string{want[0].name: want[0].value.(string)}) {
			t.Fatalf("%q, want %q", got, want)
		}
	})
}

func FuzzEncodeString(f *testing.F) {
	for _, s := range []string{"", "é", "\xff\xfe", "\u2028", "\x00", `\"`, "😀"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		if err := json.Unmarshal(encode(nil, s), &got); err != nil || got != string([]rune(s)) {
			t.Fatalf("%q became %q, %v", s, got, err)
		}
	})
}
