package browser

import (
	"fmt"
	"net"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// watch collects what the browser complained about while a test ran, and what
// the test had declared to be part of it. It knows nothing of the browser or of
// testing.T, so that it can be tested itself.
type watch struct {
	mu       sync.Mutex
	heard    []complaint
	declared []answer
}

// complaint is one thing that went wrong in the page; got is set when it was a
// request that the server answered with an error, or nobody answered.
type complaint struct {
	text string
	got  *answer
}

// answer is a status at a path. Declared ones hold a pattern of package path,
// and status 0 stands for "no answer at all".
type answer struct {
	status int
	path   string
}

func (a answer) String() string {
	if a.status == 0 {
		return "no answer from " + a.path
	}
	return fmt.Sprintf("%d from %s", a.status, a.path)
}

// failedLoad is how Chromium words a request that failed, for pages and fetches alike.
var failedLoad = regexp.MustCompile(`^Failed to load resource: (?:the server responded with a status of (\d+)|net::ERR_)`)

// console notes an error message of the console and the address it is about.
func (w *watch) console(text, address string) {
	c := complaint{text: fmt.Sprintf("console error: %s (%s)", text, address)}
	if m := failedLoad.FindStringSubmatch(text); m != nil {
		status, _ := strconv.Atoi(m[1]) // empty for net::ERR_...
		if u, err := url.Parse(address); err == nil {
			c.got = &answer{status: status, path: u.Path}
		}
	}
	w.add(c)
}

// pageError notes an exception that no script caught.
func (w *watch) pageError(err error) {
	w.add(complaint{text: "page error: " + err.Error()})
}

// request notes a request that would leave this machine.
func (w *watch) request(address string) {
	if u, err := url.Parse(address); err != nil || !local(u) {
		w.add(complaint{text: "request to another machine: " + address})
	}
}

func (w *watch) add(c complaint) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.heard = append(w.heard, c)
}

// expect declares that a request to a path that matches pattern is answered with status.
func (w *watch) expect(status int, pattern string) error {
	if _, err := path.Match(pattern, ""); err != nil {
		return fmt.Errorf("pattern %q: %w", pattern, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.declared = append(w.declared, answer{status, pattern})
	return nil
}

// verdict lists what was heard but not declared, and what was declared but never
// heard: a test that expects a refusal and does not get one has not tested it.
func (w *watch) verdict() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var bad []string
	came := make([]bool, len(w.declared))
	for _, c := range w.heard {
		known := false
		for i, d := range w.declared {
			if c.got != nil && d.covers(*c.got) {
				came[i], known = true, true
			}
		}
		if !known {
			bad = append(bad, c.text)
		}
	}
	for i, d := range w.declared {
		if !came[i] {
			bad = append(bad, "declared but did not happen: "+d.String())
		}
	}
	return bad
}

func (a answer) covers(got answer) bool {
	matches, err := path.Match(a.path, got.path)
	return err == nil && matches && a.status == got.status
}

// local reports whether an address stays on this machine.
func local(u *url.URL) bool {
	switch u.Scheme {
	case "http", "https", "ws", "wss":
		host := u.Hostname()
		return host == "localhost" || strings.HasSuffix(host, ".localhost") || net.ParseIP(host).IsLoopback()
	default: // about:, data:, blob:
		return true
	}
}
