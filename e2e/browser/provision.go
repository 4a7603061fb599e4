package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/playwright-community/playwright-go"
)

// The two npm packages that a run needs. The integrity is the registry's own
// (npm view NAME@VERSION dist.integrity); driver.version is the one that the
// playwright-go of go.mod expects, and a test holds it to that.
//
// Neither is vendored and neither is ever in the binary.
func driverParcel() parcel {
	return parcel{
		name: "playwright-core", version: "1.60.0",
		integrity: "sha512-9bW6zvX/m0lEbgTKJ6YppOKx8H3VOPBMOCFh2irXFOT4BbHgrx5hPjwJYLT40Lu+4qtD36qKc/Hn56StUW57IA==",
	}
}

func axeParcel() parcel {
	return parcel{
		name: "axe-core", version: "4.14.1",
		integrity: "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
	}
}

// kit is what a run needs, as paths on this machine.
type kit struct {
	driver   string // folder that holds package/cli.js
	chromium string // executable
	axe      string // axe.min.js
}

type sayFunc func(format string, args ...any)

// provision finds the kit and, where it may, fetches or installs what is
// missing. go test runs packages side by side, so one of them does the work
// under a lock and the others wait for it; a second run finds everything.
//
// What the developer set wins: PLAYWRIGHT_NODEJS_PATH, PLAYWRIGHT_DRIVER_PATH
// and KEYDESK_E2E_BROWSER.
func provision(ctx context.Context, cache string, say sayFunc) (kit, error) {
	release, err := lock(ctx, filepath.Join(cache, "lock"), say)
	if err != nil {
		return kit{}, err
	}
	defer release()

	var k kit
	if err := ensureNode(ctx, say); err != nil {
		return kit{}, missing("Node.js", cache, err)
	}
	if k.driver = os.Getenv("PLAYWRIGHT_DRIVER_PATH"); k.driver == "" {
		if k.driver, err = driverParcel().ensure(ctx, cache, say, patchDriver); err != nil {
			return kit{}, missing("browser driver", cache, err)
		}
	}
	axe, err := axeParcel().ensure(ctx, cache, say, nil)
	if err != nil {
		return kit{}, missing("axe-core", cache, err)
	}
	k.axe = filepath.Join(axe, "package", "axe.min.js")
	if k.chromium, err = ensureChromium(ctx, say); err != nil {
		return kit{}, missing("Chromium", cache, err)
	}
	return k, nil
}

// ensureNode leaves PLAYWRIGHT_NODEJS_PATH pointing to a Node, which is how
// playwright-go is told not to look for one beside its driver.
func ensureNode(ctx context.Context, say sayFunc) error {
	const name = "PLAYWRIGHT_NODEJS_PATH"
	if os.Getenv(name) != "" {
		return nil
	}
	node, err := exec.LookPath("node")
	if err != nil {
		// Debian's nodejs does not bring npm, and npm has to fetch the driver.
		if err := aptInstall(ctx, say, "nodejs", "npm"); err != nil {
			return err
		}
		if node, err = exec.LookPath("node"); err != nil {
			return err
		}
	}
	return os.Setenv(name, node)
}

func ensureChromium(ctx context.Context, say sayFunc) (string, error) {
	if path := os.Getenv("KEYDESK_E2E_BROWSER"); path != "" {
		return path, nil
	}
	if path := findChromium(); path != "" {
		return path, nil
	}
	if err := aptInstall(ctx, say, "chromium", "fonts-liberation"); err != nil {
		return "", err
	}
	if path := findChromium(); path != "" {
		return path, nil
	}
	return "", errors.New("apt-get installed it, but it is not on PATH")
}

// patchDriver lets playwright-go mend the driver's bundle (it patches a crash on
// page errors) while nobody else reads it. The files are in place, so nothing
// is downloaded; the version is checked on the way.
func patchDriver(dir string) error {
	d, err := playwright.NewDriver(&playwright.RunOptions{DriverDirectory: dir, SkipInstallBrowsers: true})
	if err != nil {
		return err
	}
	return d.DownloadDriver()
}

// aptInstall installs Debian packages where that is this process's to do: as
// root, on a machine with apt-get. Everybody else gets the message of missing.
func aptInstall(ctx context.Context, say sayFunc, packages ...string) error {
	if _, err := exec.LookPath("apt-get"); err != nil || os.Geteuid() != 0 {
		return errors.New("not found, and not root on a machine with apt-get")
	}
	say("installing %s with apt-get", strings.Join(packages, " "))
	install := append([]string{"install", "--yes", "--quiet=2", "--no-install-recommends"}, packages...)
	for _, args := range [][]string{{"update", "--quiet=2"}, install} {
		cmd := exec.CommandContext(ctx, "apt-get", append([]string{"-o", "DPkg::Lock::Timeout=120"}, args...)...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if err := run(cmd); err != nil {
			return err
		}
	}
	return nil
}

// run runs a command to its end and puts the end of what it printed into the error.
func run(cmd *exec.Cmd) error {
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	const enough = 600
	if len(out) > enough {
		out = out[len(out)-enough:]
	}
	return fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, strings.TrimSpace(string(out)))
}

// missing is the one message a developer sees when the machine lacks something.
func missing(what, cache string, err error) error {
	return fmt.Errorf(`the browser tests cannot run, %s is missing: %w

They need
  - Node.js 18 or later with npm (or PLAYWRIGHT_NODEJS_PATH=/path/to/node)
  - Chromium, Chrome or Edge     (or KEYDESK_E2E_BROWSER=/path/to/it)
  - once, a registry from which npm can fetch %s and %s into
    %s
On Debian and Ubuntu: apt-get install nodejs npm chromium fonts-liberation
Everything but the browser: go test -short ./...`, what, err, driverParcel(), axeParcel(), cache)
}
