package audit_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"keydesk/internal/audit"
)

// docs/RECORD.md lists every column with its class.
func TestDocsListEveryColumn(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", "RECORD.md"))
	if err != nil {
		t.Fatal(err)
	}
	for f := range reflect.TypeFor[audit.Row]().Fields() {
		name, class, _ := strings.Cut(f.Tag.Get(audit.Tag), ",")
		if !strings.Contains(string(b), "\n| `"+name+"` | "+class+" |") {
			t.Errorf("docs/RECORD.md does not say that %s is %s", name, class)
		}
	}
}
