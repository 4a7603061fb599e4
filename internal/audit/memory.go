package audit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"keydesk/internal/store"
)

// Place is a row and the hash that it has.
type Place struct {
	Seq  int64
	Hash string
}

// ParsePlace reads ROW:HASH.
func ParsePlace(s string) (Place, error) {
	row, hash, _ := strings.Cut(strings.TrimSpace(s), ":")
	seq, err := strconv.ParseInt(row, 10, 64)
	if err != nil || seq < 1 || hash == "" {
		return Place{}, errors.New("give a row and its hash, such as 1200:3f9a...")
	}
	return Place{seq, hash}, nil
}

// HeadFile is where the newest signed head is kept outside of the database: beside
// the file of the key that signed it.
func HeadFile(keyFile string) string { return strings.TrimSuffix(keyFile, ".key") + ".head" }

// ReadHead reads what HeadFile holds; the zero place where there is no such file.
func ReadHead(path string) (Place, error) {
	b, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if errors.Is(err, fs.ErrNotExist) {
		return Place{}, nil
	}
	if err != nil {
		return Place{}, fmt.Errorf("the record's last signed head: %w", err)
	}
	p, err := ParsePlace(string(b))
	if err != nil {
		return Place{}, fmt.Errorf("the record's last signed head in %s: %w", path, err)
	}
	return p, nil
}

// writeHead replaces the file as a whole, so that a crash leaves the old or the new one.
func writeHead(path string, p Place) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".head-*") // 0600
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%d:%s\n", p.Seq, p.Hash)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// ContradictionError says that a row which was signed here is not in the database as
// it was, and no signed cut says why.
type ContradictionError struct{ Place }

// Error says so, and what to do.
func (e *ContradictionError) Error() string {
	return fmt.Sprintf("row %d was signed and is gone or another: the database was changed behind the console, or put back to an older state. Nothing is signed until that is settled (docs/RECORD.md)", e.Seq)
}

// memory is what a process knows of the heads that it signed, whatever the database
// says. Another process may have signed later ones: behind is fine.
type memory struct {
	mu      sync.Mutex
	key     Key
	file    string // empty: nothing outlives the process
	head    Place
	seen    int64 // the newest signed row that the database was seen with
	problem string
}

// SignedBy tells the record the key that signs it, so that no row is written too far
// from a signed one, and the file that keeps the newest signed head outside of the
// database; empty keeps it in memory alone.
func (l *Log) SignedBy(k Key, file string) error {
	m := l.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	m.key, m.file = k, file
	if file == "" {
		return nil
	}
	p, err := ReadHead(file)
	m.head = p
	return err
}

// Problem is why the record is not signed as it should be, or nothing.
func (l *Log) Problem() string {
	l.memory.mu.Lock()
	defer l.memory.mu.Unlock()
	return l.memory.problem
}

func (m *memory) say(problem string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.problem = problem
}

// signer is the key that signs and the newest signed row that was seen.
func (m *memory) signer() (Key, int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.key, m.seen
}

func (m *memory) saw(seq int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.seen = seq
}

// places are what must be in the record: what this process signed last and what the
// file says, which processes may share.
func (m *memory) places() ([]Place, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := []Place{m.head}
	if m.file != "" {
		p, err := ReadHead(m.file)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// keep remembers a head. Where the file cannot be written that is said, and signing
// goes on: a head in the database is better than none.
func (m *memory) keep(p Place) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.head, m.problem = p, ""
	if m.file == "" {
		return
	}
	if err := writeHead(m.file, p); err != nil {
		m.problem = "the newest signed head cannot be kept outside of the database: " + err.Error()
	}
}

// recall refuses where the database contradicts what was signed.
func (l *Log) recall(ctx context.Context, q store.Querier, k Key) error {
	places, err := l.memory.places()
	if err != nil {
		l.memory.say(err.Error())
		return err
	}
	for _, p := range places {
		err := stands(ctx, q, k, p)
		if no := (*ContradictionError)(nil); errors.As(err, &no) {
			return l.refuse(no.Place)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *Log) refuse(p Place) error {
	err := &ContradictionError{p}
	l.memory.say(err.Error())
	return err
}

// stands is nil where a row is there with its hash, or was cut off under a signature.
func stands(ctx context.Context, q store.Querier, k Key, p Place) error {
	if p.Seq == 0 {
		return nil // nothing was signed yet
	}
	hash, err := hashOf(ctx, q, p.Seq)
	if err != nil || hash == p.Hash {
		return err
	}
	if hash == "" {
		cuts, err := checkpoints(ctx, q, `where kind = 'cut' and seq >= $1`, p.Seq)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(cuts, func(c Checkpoint) bool {
			return c.signed() && slices.Contains(k.Publics(), c.Key) && (c.Seq > p.Seq || c.Hash == p.Hash)
		}) {
			return nil
		}
	}
	return &ContradictionError{p}
}

// hashOf is a row's hash, or nothing where there is no such row.
func hashOf(ctx context.Context, q store.Querier, seq int64) (hash string, err error) {
	rows, err := q.QueryContext(ctx, `select hash from record where seq = $1`, seq)
	if err != nil {
		return "", fmt.Errorf("read a row of the record: %w", err)
	}
	defer func() { _ = rows.Close() }()
	if rows.Next() {
		err = rows.Scan(&hash)
	}
	return hash, errors.Join(err, rows.Err(), rows.Close())
}
