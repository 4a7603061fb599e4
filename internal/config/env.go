package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

const prefix = "KEYDESK_"

// Setting is one setting of serve, for the check of names and for the docs.
type Setting struct{ Env, Flag, Default, Help string }

// Settings lists what serve can be told, in the order of the struct.
func Settings() []Setting {
	var out []Setting
	t := reflect.TypeFor[Serve]()
	for i := range t.NumField() {
		f := t.Field(i)
		env := f.Tag.Get("env")
		if env == "" {
			continue
		}
		flag := strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(env, prefix)), "_", "-")
		out = append(out, Setting{env, "--" + flag, f.Tag.Get("default"), f.Tag.Get("help")})
	}
	return out
}

// CheckEnviron refuses a KEYDESK_ variable that no setting has: a misspelt
// setting must not be ignored in silence. KEYDESK_E2E_ and KEYDESK_TEST_ belong
// to the tests.
func CheckEnviron(environ []string) error {
	var known []string
	for _, s := range Settings() {
		known = append(known, s.Env)
	}
	for _, kv := range environ {
		name, _, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, prefix) || strings.HasPrefix(name, "KEYDESK_E2E_") || strings.HasPrefix(name, "KEYDESK_TEST_") {
			continue
		}
		if !slices.Contains(known, name) {
			return fmt.Errorf("there is no setting %s; docs/CONFIG.md lists them all", name)
		}
	}
	return nil
}

// RefuseReal refuses to run a demo beside settings of a real organisation.
func RefuseReal(environ []string) error {
	for _, kv := range environ {
		name, value, _ := strings.Cut(kv, "=")
		if value != "" && (strings.HasPrefix(name, "KEYDESK_OKTA_") || strings.HasPrefix(name, "KEYDESK_OIDC_") || strings.HasPrefix(name, "KEYDESK_SECRET_") || strings.HasPrefix(name, "KEYDESK_RECORD_") || strings.HasPrefix(name, "KEYDESK_DATABASE_") || name == "KEYDESK_BASE_URL") {
			return fmt.Errorf("%s is set, which belongs to a real organisation: the demo does not start beside it. Unset it, or run keydesk serve", name)
		}
	}
	return nil
}

// Markdown is docs/CONFIG.md.
func Markdown() string {
	var b strings.Builder
	b.WriteString("# Settings\n\nSettings of `keydesk serve`, as environment variables or flags; `keydesk serve --help` says the same. Secrets are best given as files that only the console can read. An unknown `KEYDESK_` variable is an error. This page is generated from `internal/config`.\n\n| variable | flag | default | meaning |\n|---|---|---|---|\n")
	for _, s := range Settings() {
		def := s.Default
		if def != "" {
			def = "`" + def + "`"
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", s.Env, s.Flag, def, s.Help)
	}
	return b.String()
}
