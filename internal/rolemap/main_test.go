package rolemap_test

import (
	"os"
	"testing"

	"keydesk/internal/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }
