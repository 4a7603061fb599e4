package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/config"
	"keydesk/internal/store"
)

// ErrBroken is returned by Verify when the record does not hold.
var ErrBroken = errors.New("the record does not hold")

// Verify checks the record of a database, also while a console runs on it, or an
// export of it, and says what it found.
func Verify(ctx context.Context, v config.AuditVerify, w io.Writer) error {
	trust, err := trusted(v)
	if err != nil {
		return err
	}
	var rep audit.Report
	if v.File != "" {
		rep, err = verifyFile(v.File, trust)
	} else {
		err = reading(ctx, v.Kept, func(l *audit.Log) error {
			rep, err = l.VerifyWith(ctx, trust)
			return err
		})
	}
	if err != nil {
		return err
	}
	return tell(w, rep, trust)
}

// trusted is what a verification relies on: what was given, or the public half of
// the key that lies beside the database, and the newest head that lies there too.
func trusted(v config.AuditVerify) (t audit.Trust, err error) {
	t.Keys = v.Key
	var head audit.Place
	beside := v.File == "" && v.SigningKey() != "" // an export may be older than what lies beside the database
	switch {
	case v.Head != "":
		if head, err = audit.ParsePlace(v.Head); err != nil {
			return t, fmt.Errorf("--head %s: %w", v.Head, err)
		}
	case beside:
		if head, err = audit.ReadHead(audit.HeadFile(v.SigningKey())); err != nil {
			return t, err
		}
	}
	t.Seq, t.Hash = head.Seq, head.Hash
	if len(t.Keys) > 0 || !beside {
		return t, nil
	}
	k, err := audit.ReadKey(v.SigningKey())
	if errors.Is(err, fs.ErrNotExist) {
		return t, nil
	}
	if err == nil {
		t.Keys = k.Publics()
	}
	return t, err
}

func verifyFile(path string, trust audit.Trust) (audit.Report, error) {
	f, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return audit.Report{}, err
	}
	rep, err := audit.VerifyExport(f, trust)
	return rep, errors.Join(err, f.Close())
}

// reading opens the record beside a console that may be running on it.
func reading(ctx context.Context, k config.Kept, do func(*audit.Log) error) error {
	if err := k.Check(); err != nil {
		return err
	}
	db, err := store.OpenForReading(ctx, k.Database())
	if err != nil {
		return err
	}
	return errors.Join(do(audit.New(db, time.Now)), db.Close())
}

// tell says what a verification found, and what it could not find.
func tell(w io.Writer, rep audit.Report, t audit.Trust) error {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	for _, f := range rep.Faults {
		say("row %d %s", f.Seq, f.What)
	}
	if len(rep.Faults) > 0 {
		return fmt.Errorf("%w: %d places", ErrBroken, len(rep.Faults))
	}
	if rep.Part {
		say("%d rows, each as it was written. They are picked out of a record: what is missing between them does not show.", rep.Rows)
		return nil
	}
	say("%d rows, every one linked to the one before it; %d acts without an outcome", rep.Rows, rep.Open)
	if rep.Cut.Seq > 0 {
		say("begins at row %d: the %d rows before it, of %s to %s, were cut off for their age, signed", rep.First, rep.Cut.Cut, rep.Cut.CutFrom.Format(time.DateOnly), rep.Cut.CutTo.Format(time.DateOnly))
	}
	say("head %d:%s", rep.Last, rep.Head)
	switch {
	case rep.Signed.Seq == 0:
		say("Nothing is signed yet. Rows cut off at the end, or a chain computed anew, show only against a head that was kept elsewhere (--head).")
	case len(t.Keys) == 0:
		say("There are signed heads, but no key to trust was given (--key): they show nothing against somebody who has the database in hand.")
	default:
		say("signed up to row %d, at %s; %d rows since then", rep.Signed.Seq, rep.Signed.At.Format(time.RFC3339), rep.Unsigned())
	}
	return nil
}

// Export writes the whole record to w.
func Export(ctx context.Context, e config.AuditExport, w io.Writer) error {
	return reading(ctx, e.Kept, func(l *audit.Log) error {
		_, err := l.Export(ctx, w, audit.Format(e.Format), audit.Filter{}, nil)
		return err
	})
}

// Key prints the public key that the record is signed with.
func Key(k config.AuditKey, w io.Writer) error {
	if k.SigningKey() == "" {
		return errors.New("the key follows from the console's secret key: the page of the record shows its public half, or set KEYDESK_RECORD_KEY_FILE")
	}
	key, err := audit.ReadKey(k.SigningKey())
	if err == nil {
		_, err = fmt.Fprintln(w, key.Public())
	}
	return err
}

// Rotate makes a new signing key and prints its public half.
func Rotate(k config.AuditKey, w io.Writer) error {
	if k.SigningKey() == "" {
		return errors.New("the key follows from the console's secret key and is not rotated alone: set KEYDESK_RECORD_KEY_FILE")
	}
	key, err := audit.RotateKey(k.SigningKey())
	if err == nil {
		_, err = fmt.Fprintf(w, "%s\nRestart the console: the next signed head hands over to this key. Give it to whoever verifies.\n", key.Public())
	}
	return err
}
