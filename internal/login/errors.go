package login

import (
	"errors"
	"fmt"
	"net/http"

	"golang.org/x/oauth2"
)

// Error is every failure of a sign-in. Public is for the page; Err is for the
// log alone and never holds a code, a token or a verifier.
type Error struct {
	Status int
	Public string
	Err    error
}

// Error joins both halves; it is for logs, not for pages.
func (e *Error) Error() string {
	if e.Err == nil {
		return "login: " + e.Public
	}
	return "login: " + e.Public + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

const (
	sayStartAgain = "This sign-in has expired, was already used, or was begun in another browser. Start again."
	sayMalformed  = "The sign-in service sent the browser back with an answer that makes no sense. Start again."
	sayMixUp      = "The answer did not come from the sign-in service that was asked. You were not signed in."
	sayBadAnswer  = "The sign-in service gave an answer that cannot be trusted. You were not signed in. If this happens again, tell whoever runs Keydesk."
	sayNoAnswer   = "The sign-in service cannot be reached just now. Try again in a moment."
	sayNoOkta     = "You proved who you are, but Okta could not be asked who you are there. Try again in a moment."
	sayNoStore    = "Keydesk cannot reach its own database just now, so nobody can sign in. Try again in a moment."
)

func badRequest(public string, err error) *Error { return &Error{http.StatusBadRequest, public, err} }

func untrusted(err error) *Error { return &Error{http.StatusBadGateway, sayBadAnswer, brief(err)} }

func unreachable(err error) *Error {
	return &Error{http.StatusServiceUnavailable, sayNoAnswer, brief(err)}
}

func storeFault(err error) *Error { return &Error{http.StatusServiceUnavailable, sayNoStore, err} }

// answered turns an error answer of the issuer (RFC 6749 4.1.2.1, OpenID Connect
// Core 3.1.2.6) into words. The issuer's own text is for the log alone: it may
// be anybody's.
func answered(code, description string) *Error {
	e := &Error{Status: http.StatusBadGateway, Err: fmt.Errorf("issuer answered %.100q: %.300q", code, description)}
	switch code {
	case "access_denied":
		e.Status, e.Public = http.StatusForbidden, "The sign-in service did not let you in. You may have cancelled, or you are not assigned to this application."
	case "login_required", "interaction_required", "consent_required", "account_selection_required":
		e.Status, e.Public = http.StatusForbidden, "The sign-in service wants you to sign in again. Start again."
	case "temporarily_unavailable", "server_error":
		e.Status, e.Public = http.StatusServiceUnavailable, sayNoAnswer
	default:
		e.Public = "The sign-in service refused the request. If this happens again, tell whoever runs Keydesk."
	}
	return e
}

const logged = 300

// brief cuts an error down to what a log can take: the libraries put whole
// answers into theirs, which may be long and may hold what was sent.
func brief(err error) error {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		return fmt.Errorf("token endpoint answered %s, error %.100q", refused.Response.Status, refused.ErrorCode)
	}
	if s := err.Error(); len(s) > logged {
		return fmt.Errorf("%.*s…", logged, s)
	}
	return err
}
