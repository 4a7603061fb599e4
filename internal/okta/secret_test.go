package okta

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

const hidden = "hunter2-Hunter2"

// TestSecretPrints: no way of printing, logging or encoding gives a secret away,
// wherever it stands.
func TestSecretPrints(t *testing.T) {
	s := NewSecret(hidden)
	type inner struct{ hidden Secret }
	holders := map[string]any{
		"value": s, "pointer": &s, "slice": []Secret{s}, "map": map[string]Secret{"a": s},
		"field": struct{ S Secret }{s}, "unexported field": inner{s}, "pointer to one": &inner{s},
		"activation": Activation{URL: s, Token: s}, "config": Config{Token: s},
		"client": clientOf(t, Config{URL: "https://brightwater.okta.com"}),
	}
	for name, v := range holders {
		for _, verb := range strings.Split("v +v #v s q x X d t b o c U e E f F g G p T w 10s -10v 08d", " ") {
			if out := fmt.Sprintf("%"+verb, v); leaks(out) {
				t.Errorf("%s with %%%s: %s", name, verb, out)
			}
		}
		out, _ := json.Marshal(v)
		if leaks(string(out)) {
			t.Errorf("%s as JSON: %s", name, out)
		}
		out, _ = xml.Marshal(v)
		if leaks(string(out)) {
			t.Errorf("%s as XML: %s", name, out)
		}
		if out := logged(v); leaks(out) {
			t.Errorf("%s in a log: %s", name, out)
		}
	}
}

func leaks(out string) bool {
	return strings.Contains(out, hidden) || strings.Contains(out, testToken) ||
		strings.Contains(strings.ToLower(out), fmt.Sprintf("%x", hidden))
}

func logged(v any) string {
	var b bytes.Buffer
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "v", v, slog.Group("g", "v", v))
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "v", v, slog.Group("g", "v", v))
	return b.String()
}

func TestSecret(t *testing.T) {
	var zero Secret
	if !zero.IsZero() || zero.Reveal() != "" || zero.String() != redacted || !NewSecret("").IsZero() {
		t.Error("the zero value")
	}
	s := NewSecret("x")
	if s.IsZero() || s.Reveal() != "x" || fmt.Sprint(s) != redacted || s.GoString() != redacted {
		t.Error("a value")
	}
	var a Activation
	if err := json.Unmarshal([]byte(`{"activationUrl":"https://x/T","activationToken":null}`), &a); err != nil || a.URL.Reveal() != "https://x/T" || !a.Token.IsZero() {
		t.Errorf("%+v, %v", a, err)
	}
}
