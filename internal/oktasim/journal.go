package oktasim

import (
	"slices"
	"sync"
	"time"
)

// An Entry is one request as the organisation saw it. Status is 0 while the
// call is in flight, and for ever when the connection was dropped.
type Entry struct {
	Seq       int       `json:"seq"`
	At        time.Time `json:"at"`
	Operation string    `json:"operation"` // "" where the path or the method is not served
	Method    string    `json:"method"`
	Path      string    `json:"path"`
	Query     string    `json:"query,omitempty"`
	Status    int       `json:"status"`
}

// Log returns the requests since New or Reset, in the order they came; of a
// very long history the newest 10,000 and up to as many more.
func (o *Org) Log() []Entry { return o.log.all() }

const journalKeeps = 10_000

type journal struct {
	mu      sync.Mutex
	seq     int
	entries []Entry
}

// begin notes a request and returns its number.
func (j *journal) begin(c *call) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.seq++
	e := Entry{Seq: j.seq, At: c.now, Method: c.r.Method, Path: c.r.URL.Path, Query: c.r.URL.RawQuery}
	if c.route != nil {
		e.Operation = c.route.Name
	}
	if len(j.entries) >= 2*journalKeeps {
		j.entries = slices.Delete(j.entries, 0, journalKeeps)
	}
	j.entries = append(j.entries, e)
	return j.seq
}

// end notes how the request was answered, unless it has been forgotten since.
func (j *journal) end(seq, status int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	i, ok := slices.BinarySearchFunc(j.entries, seq, func(e Entry, seq int) int { return e.Seq - seq })
	if ok {
		j.entries[i].Status = status
	}
}

func (j *journal) all() []Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.entries)
}

// reset forgets the entries. Numbers go on: a call still in flight must not
// end in another's entry.
func (j *journal) reset() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = nil
}
