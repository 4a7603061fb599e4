package rolemap_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"testing"
	"time"

	"keydesk/internal/rolemap"
	"keydesk/internal/storetest"
	"keydesk/internal/testkit"
)

func TestMain(m *testing.M) {
	if !testkit.IsChild() {
		os.Exit(storetest.Main(m))
	}
	if err := child(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// child reads the map to the end of a walk.
func child(ctx context.Context) error {
	b, err := testkit.Inherit(ctx)
	if err != nil {
		return err
	}
	return errors.Join(mapOf(b).Walk(ctx), b.Store.Close())
}

func mapOf(b testkit.Bare) *rolemap.Map {
	return rolemap.New(b.Store, b.Desk, time.Now, slog.New(slog.DiscardHandler))
}
