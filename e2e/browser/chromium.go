package browser

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// launchArgs keeps the browser to itself: it resolves no name but this machine's,
// and does not look for updates, translations or hints in the background.
// (What else a test run needs, such as a small /dev/shm, the driver adds.)
func launchArgs() []string {
	return []string{
		"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE [::1]",
		"--disable-gpu", "--disable-quic", "--no-default-browser-check",
		"--disable-domain-reliability", "--disable-client-side-phishing-detection",
	}
}

// findChromium returns a browser of the Chromium family, or "".
func findChromium() string {
	for _, name := range []string{
		"chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome",
		"microsoft-edge-stable", "microsoft-edge", "msedge",
	} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	for _, path := range usualPlaces(runtime.GOOS, os.Getenv) {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return ""
}

// usualPlaces is where installers put the browser without telling PATH.
func usualPlaces(goos string, getenv func(string) string) []string {
	var places []string
	switch goos {
	case "darwin":
		for _, app := range []string{"Google Chrome", "Chromium", "Microsoft Edge"} {
			places = append(places, filepath.Join("/Applications", app+".app", "Contents", "MacOS", app))
		}
	case "windows":
		for _, root := range []string{"ProgramFiles", "ProgramFiles(x86)", "LocalAppData"} {
			if dir := getenv(root); dir != "" {
				places = append(places,
					filepath.Join(dir, "Google", "Chrome", "Application", "chrome.exe"),
					filepath.Join(dir, "Microsoft", "Edge", "Application", "msedge.exe"))
			}
		}
	}
	return places
}
