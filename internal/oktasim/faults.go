package oktasim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Fault makes calls of one operation go wrong. Every member but Operation is
// optional. In JSON the names are in lower case and the delay is a string, "2s".
//
// What happens, in this order: the delay passes; a drop "before" cuts the
// connection; a limit answers 429; a drop "after-read" cuts the connection once
// the request was read, and nothing was done; a status is the answer, and
// nothing was done; otherwise the call is done as usual, and then a drop
// "after-act" loses its answer, or a body spoils it.
type Fault struct {
	Operation string        // a name of Operations, or "*" for all
	Times     int           // for how many calls; 0 for all until Reset
	Status    int           // answered instead of doing the call
	Body      string        // "json" (Okta's own), "html", "empty" or "cut" in the middle
	Delay     time.Duration // of real time, before anything else
	Drop      string        // "before", "after-read" or "after-act"
	Limit     string        // a 429: "rate" (a window is full) or "concurrency"
}

const (
	dropBefore    = "before"
	dropAfterRead = "after-read"
	dropAfterAct  = "after-act"

	limitRate        = "rate"
	limitConcurrency = "concurrency"

	bodyJSON  = "json"
	bodyHTML  = "html"
	bodyEmpty = "empty"
	bodyCut   = "cut"
)

// UnmarshalJSON reads the form that the control port takes.
func (f *Fault) UnmarshalJSON(b []byte) error {
	var in struct {
		Operation, Body, Delay, Drop, Limit string
		Times, Status                       int
	}
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return err
	}
	delay, err := time.ParseDuration(in.Delay)
	if err != nil && in.Delay != "" {
		return fmt.Errorf("delay %q is no duration such as 2s", in.Delay)
	}
	*f = Fault{in.Operation, in.Times, in.Status, in.Body, delay, in.Drop, in.Limit}
	return nil
}

// check says in words what cannot be meant.
func (f Fault) check() error {
	oneOf := func(what, is string, allowed ...string) error {
		if is == "" || slices.Contains(allowed, is) {
			return nil
		}
		return fmt.Errorf("%s %q is none of %s", what, is, strings.Join(allowed, ", "))
	}
	switch {
	case f.Operation == "":
		return fmt.Errorf("operation is missing")
	case f.Times < 0, f.Delay < 0:
		return fmt.Errorf("times and delay cannot be negative")
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("status %d is none an answer can have", f.Status)
	}
	for _, err := range []error{
		oneOf("body", f.Body, bodyJSON, bodyHTML, bodyEmpty, bodyCut),
		oneOf("drop", f.Drop, dropBefore, dropAfterRead, dropAfterAct),
		oneOf("limit", f.Limit, limitRate, limitConcurrency),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// Faults replaces the faults to come; none clears them. The first that fits a
// call is used up on it. It panics on a fault that cannot be meant.
func (o *Org) Faults(list []Fault) {
	if err := o.checkFaults(list); err != nil {
		panic("oktasim: " + err.Error())
	}
	o.faults.set(list)
}

func (o *Org) checkFaults(list []Fault) error {
	for i, f := range list {
		err := f.check()
		if err == nil && f.Operation != "*" && !o.knows(f.Operation) {
			err = fmt.Errorf("operation %q is not served here", f.Operation)
		}
		if err != nil {
			return fmt.Errorf("fault %d: %w", i+1, err)
		}
	}
	return nil
}

type faults struct {
	mu   sync.Mutex
	list []Fault
}

func (f *faults) set(list []Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = slices.Clone(list)
}

// next returns the fault for a call of operation, or one that does nothing.
func (f *faults) next(operation string) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, one := range f.list {
		if one.Operation != "*" && one.Operation != operation {
			continue
		}
		if one.Times > 0 {
			f.list[i].Times--
			if one.Times == 1 {
				f.list = slices.Delete(f.list, i, i+1)
			}
		}
		return one
	}
	return Fault{}
}

// suffer is the part of a fault that comes before the call is looked at.
func (o *Org) suffer(c *call) error {
	f := c.fault
	if f.Delay > 0 {
		wait := time.NewTimer(f.Delay)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-c.r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
	if f.Drop == dropBefore {
		panic(http.ErrAbortHandler)
	}
	switch f.Limit {
	case limitRate: // eight seconds, as recorded
		quota{o.opts.Limit, 0, o.clock.now().Add(8 * time.Second)}.write(c.head)
		return errRate()
	case limitConcurrency:
		busy(o.clock.now()).write(c.head)
		return errRate()
	}
	return nil
}

// spoil replaces the body of an answer.
func (f Fault) spoil(status int, kind string, data []byte) (string, []byte) {
	switch f.Body {
	case bodyHTML:
		return "text/html", []byte(edgePage(status))
	case bodyEmpty:
		return kind, nil
	case bodyCut:
		return kind, data[:len(data)/2]
	}
	return kind, data
}
