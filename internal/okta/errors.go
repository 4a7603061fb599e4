package okta

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
)

// The codes that the client tells apart. Okta's summaries change, its codes do
// not.
const (
	codeForbidden  = "E0000006"
	codeNotFound   = "E0000007"
	codeBadToken   = "E0000011"
	codeFeatureOff = "E0000015"
	codeStale      = "E0000231"
	codeOldToken   = "invalid_token"
)

var (
	errForeign = errors.New("the answer's body is not one of Okta's")
	errStatus  = errors.New("no status that this call answers with")
)

// Error is a call that failed. After a change it means that nothing was done.
// Summary and Causes are Okta's words and may repeat what a user typed.
type Error struct {
	Op         string // name of the operation
	Status     int    // 0: there was no answer
	Code       string // Okta's errorCode, or the error of an OAuth answer; may be empty
	Summary    string
	ID         string // Okta's errorId
	RequestID  string
	Causes     []string
	RetryAfter time.Duration // with status 429: when there is room again
	Err        error         // what went wrong beside or instead of Okta's word
}

// Error names operation, status, code and cause on one line, for a log. It leaves
// out Okta's words, which may repeat what somebody typed.
func (e *Error) Error() string {
	s := "okta: " + e.Op + ":"
	if e.Status != 0 {
		s = strings.TrimSpace(fmt.Sprintf("%s %d %s", s, e.Status, e.Code))
	}
	if e.RequestID != "" {
		s += " request " + e.RequestID
	}
	if e.Err != nil {
		s += " " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Unsure is a change that may or may not have been done: it was sent, and no
// answer came that could be read. Read the person again; never send it again.
type Unsure struct {
	Op        string
	RequestID string // empty when nothing came back
	Err       error
}

// Error says that the outcome is unknown, and why.
func (e *Unsure) Error() string {
	return "okta: " + e.Op + ": the outcome is unknown: " + e.Err.Error()
}

// Unwrap returns the cause, often an *Error with the status.
func (e *Unsure) Unwrap() error { return e.Err }

// IsNotFound reports whether Okta said that what the call was about is not
// there. A 404 without Okta's word for it does not count.
func IsNotFound(err error) bool { return is(err, http.StatusNotFound, codeNotFound) }

// IsStale reports whether the person has changed since the ETag that the call
// named, so that nothing was done.
func IsStale(err error) bool { return is(err, http.StatusPreconditionFailed, codeStale) }

// IsUnauthorized reports whether Okta no longer takes the credential: the API
// token, or the service app that asks for one.
func IsUnauthorized(err error) bool {
	t, ok := errors.AsType[*tokenError](err)
	return is(err, http.StatusUnauthorized, codeBadToken) || is(err, http.StatusUnauthorized, codeOldToken) || ok && t.code == "invalid_client"
}

// IsFeatureOff reports whether the organisation lacks the feature. Okta answers
// that with 401, too.
func IsFeatureOff(err error) bool { return is(err, http.StatusUnauthorized, codeFeatureOff) }

// IsForbidden reports whether the credential lacks the right to make the call:
// a 403 about the caller, not about the person's status.
func IsForbidden(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Status == http.StatusForbidden && (e.Code == codeForbidden || !strings.HasPrefix(e.Code, "E0"))
}

// IsLimited reports whether the call ran into a rate limit, and how long to
// wait before the next. The call was not processed.
func IsLimited(err error) (time.Duration, bool) {
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Status != http.StatusTooManyRequests {
		return 0, false
	}
	return e.RetryAfter, true
}

// IsUnsure reports whether err is about a change whose outcome is unknown.
func IsUnsure(err error) bool {
	_, ok := errors.AsType[*Unsure](err)
	return ok
}

func is(err error, status int, code string) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Status == status && e.Code == code
}

// judge sorts the end of a call into done (nil), refused and unknown. Of a
// change that went out, only Okta's 4xx is a refusal: everything that is not a
// plain yes or no leaves open what happened.
func (c *Client) judge(op Operation, a answer, err error) error {
	if err != nil {
		return lost(op, err)
	}
	switch a.status {
	case http.StatusOK, http.StatusCreated, http.StatusNoContent:
		return nil
	}
	e := c.refusal(op, a)
	if refused := a.status >= 400 && a.status < 500; op.safe() || refused {
		return e
	}
	return &Unsure{Op: op.Name, RequestID: e.RequestID, Err: e}
}

// lost is the error of a call without an answer. An *Error that has a name
// already is another call's: it is why that call's siblings were given up, and
// nothing of it is true of this one.
func lost(op Operation, err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		if e.Op == "" { // our own window's
			own := *e
			own.Op = op.Name
			return &own
		}
		err = context.Canceled
	}
	if _, ok := errors.AsType[*unsent](err); ok || op.safe() {
		return &Error{Op: op.Name, Err: err}
	}
	return &Unsure{Op: op.Name, Err: err}
}

// unreadable is the error of a call that succeeded, but not in words that we
// know.
func (c *Client) unreadable(name opName, a answer, err error) error {
	if op := c.ops[name]; !op.safe() {
		return &Unsure{Op: op.Name, RequestID: a.requestID(), Err: err}
	}
	return &Error{Op: string(name), Status: a.status, RequestID: a.requestID(), Err: err}
}

// errorBody has the members of Okta's errors, of OAuth's, and of those that an
// edge before Okta was seen to answer with.
type errorBody struct {
	Code    string `json:"errorCode"`
	Summary string `json:"errorSummary"`
	ID      string `json:"errorId"`
	Causes  []struct {
		Summary string `json:"errorSummary"`
	} `json:"errorCauses"`
	OAuth       string `json:"error"`
	Description string `json:"error_description"`
	Message     string `json:"message"`
}

// refusal keeps of an answer what can be shown and logged. A body that is not
// an error of Okta's is dropped: it may hold anything.
func (c *Client) refusal(op Operation, a answer) *Error {
	e := &Error{Op: op.Name, Status: a.status, RequestID: a.requestID()}
	var b errorBody
	_ = json.Unmarshal(a.body, &b) // what could be read of it stays
	e.Code = firstWord(b.Code, b.OAuth)
	e.Summary = c.clean(cmp.Or(b.Summary, b.Description, b.Message))
	e.ID = firstWord(b.ID)
	for _, cause := range b.Causes[:min(len(b.Causes), maxCauses)] {
		e.Causes = append(e.Causes, c.clean(cause.Summary))
	}
	if a.status == http.StatusTooManyRequests {
		e.RetryAfter = pauseOf(a.header)
	}
	switch {
	case a.status < 400:
		e.Err = errStatus
	case a.status == http.StatusForbidden && missingScope(a.header) != nil:
		e.Err = missingScope(a.header)
	case e.Code == "":
		e.Err = errForeign
	}
	return e
}

const (
	maxCauses = 20
	maxText   = 500
)

// clean makes a text of Okta's fit for a line of a log: no control characters,
// not endless, and without our credential, should an answer repeat it.
func (c *Client) clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, c.credential.hide(s))
	if r := []rune(s); len(r) > maxText {
		s = string(r[:maxText]) + "…"
	}
	return s
}

// firstWord returns the first that is one word, as codes and ids are.
func firstWord(words ...string) string {
	for _, w := range words {
		if segment(w).valid() {
			return w
		}
	}
	return ""
}
