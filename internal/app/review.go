package app

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"keydesk/internal/config"
	"keydesk/internal/review"
)

// ErrTampered is returned by VerifyReview when a bundle is not as it was sealed.
var ErrTampered = errors.New("the bundle is not as it was sealed")

// VerifyReview checks the sealed evidence of a review, and says what it found.
func VerifyReview(v config.ReviewVerify, w io.Writer) error {
	f, err := os.Open(v.File)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	var got review.Verified
	if err == nil {
		got, err = review.Verify(f, info.Size(), v.Key)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return tellReview(w, got)
}

func tellReview(w io.Writer, v review.Verified) error {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	for _, f := range v.Faults {
		if f.File == "" {
			f.File = "the archive"
		}
		say("%q %s", f.File, f.What)
	}
	if len(v.Faults) > 0 {
		return fmt.Errorf("%w: %s", ErrTampered, counted(len(v.Faults), "place"))
	}
	m := v.Manifest
	say("review %q, %q, sealed %s", m.Review, m.Name, m.Sealed.Format(time.RFC3339))
	for _, f := range m.Files {
		say("%s  %s  %d bytes", f.SHA256, f.Name, f.Size)
	}
	say("rows %d to %d of the record, every one linked to the one before it, %s; every decision is the record's", m.Record.First, m.Record.Last, counted(v.Record.Checks, "signed head"))
	if v.Trusted {
		say("sealed with a key that you trust")
	} else {
		say("It agrees with itself. No key to trust was given (--key): that shows nothing against somebody who made all of it anew.")
	}
	return nil
}

// counted is a number of things.
func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
