// Package browser is how the tests of e2e drive a real Chromium: it finds or
// fetches what a browser run needs on this machine, starts one browser per test
// binary, and gives each test a page of its own that fails the test on whatever
// the browser complains about.
//
// It is the only package that speaks to playwright-go; a move to another driver
// is a change here and nowhere else.
package browser

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/playwright-community/playwright-go"
)

// patience bounds every wait for the page: generous, because only a failing
// test ever waits that long, and two cores may be shared by several packages.
const patience = 15 * time.Second

// session is the one browser of this test binary.
type session struct {
	driver   *playwright.Playwright
	chromium playwright.Browser
	axe      string // source of axe-core
}

// shared is set once by Main before the first test runs, and only read after.
var shared *session

// Main runs the tests of a package of the browser suite:
//
//	func TestMain(m *testing.M) { os.Exit(browser.Main(m)) }
//
// With -short it says that the browser is left out and reports success. Without,
// it provisions the machine, starts the browser, runs the tests and stops the
// browser again. A machine that cannot be provisioned fails with one message
// that names what to install.
func Main(m *testing.M) int {
	flag.Parse()
	if testing.Short() {
		fmt.Println("e2e: the browser is left out (-short)")
		return 0
	}
	if asked := flag.Lookup("test.list"); asked != nil && asked.Value.String() != "" {
		return m.Run()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
	defer cancel()
	s, err := start(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	shared = s
	code := m.Run()
	if err := s.stop(); err != nil {
		fmt.Fprintln(os.Stderr, "e2e: stopping the browser:", err)
	}
	return code
}

// start provisions the machine and launches driver and browser.
func start(ctx context.Context) (*session, error) {
	k, err := provision(ctx, cacheDir(), say)
	if err != nil {
		return nil, err
	}
	axe, err := os.ReadFile(k.axe)
	if err != nil {
		return nil, err
	}
	driver, err := playwright.Run(&playwright.RunOptions{DriverDirectory: k.driver, SkipInstallBrowsers: true})
	if err != nil {
		return nil, fmt.Errorf("the browser's driver in %s does not start (delete that folder to fetch it again): %w", k.driver, err)
	}
	chromium, err := driver.Chromium.Launch(playwright.BrowserTypeLaunchOptions{
		ExecutablePath: &k.chromium,
		Args:           launchArgs(),
		Timeout:        playwright.Float(float64(time.Minute / time.Millisecond)),
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s does not start: %w", k.chromium, err), driver.Stop())
	}
	return &session{driver: driver, chromium: chromium, axe: string(axe)}, nil
}

func (s *session) stop() error {
	return errors.Join(s.chromium.Close(), s.driver.Stop())
}

// cacheDir is where driver and axe-core live between runs, outside the source tree.
func cacheDir() string {
	dir, err := os.UserCacheDir()
	if err != nil { // no HOME: a container's bare user
		dir = os.TempDir()
	}
	return filepath.Join(dir, "keydesk-e2e")
}

func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "e2e: "+format+"\n", args...)
}
