package desk

import (
	"reflect"
	"strings"
	"testing"

	"keydesk/internal/audit"
	"keydesk/internal/okta"
)

// No parameter gets into the record before somebody has said what it may hold.
func TestParamsAreClassified(t *testing.T) {
	var classified func(reflect.Type)
	classified = func(typ reflect.Type) {
		for f := range typ.Fields() {
			if f.Anonymous {
				classified(f.Type)
				continue
			}
			name, class, _ := strings.Cut(f.Tag.Get(audit.Tag), ",")
			switch {
			case name == "" || class != "public" && class != "personal" && class != "secret":
				t.Errorf("%s.%s is not classified: %q", typ, f.Name, f.Tag)
			case (f.Type == reflect.TypeFor[okta.Secret]()) != (class == "secret"):
				t.Errorf("%s.%s of type %s is said to be %s", typ, f.Name, f.Type, class)
			}
		}
	}
	classified(reflect.TypeFor[params]())
	classified(reflect.TypeFor[handed]())
}
