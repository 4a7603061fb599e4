package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"keydesk/internal/okta"
)

// translate gives an error of the Okta client its kind and its words. It is the
// one place that does. Without an error it returns nil; an error of the desk
// passes as it is.
func translate(a Action, err error) error {
	var de *Error
	if err == nil || errors.As(err, &de) {
		return err
	}
	e := &Error{Action: a, Err: err}
	if wait, ok := okta.IsLimited(err); ok {
		e.Kind, e.RetryAfter, e.Msg = Throttled, wait, "Okta's rate limit is used up. Nothing was sent; try again when the count has run down."
		return e
	}
	var oe *okta.Error
	switch {
	case errors.Is(err, context.Canceled):
		e.Kind, e.Msg = Upstream, "The request was given up before Okta answered. Nothing was changed."
	case errors.As(err, &oe):
		upstream(e, oe)
	default:
		e.Kind, e.Msg = Upstream, "Okta could not be asked. Nothing was changed."
	}
	return e
}

// upstream words an answer of Okta by its status and code.
func upstream(e *Error, oe *okta.Error) {
	s, known := SpecOf(e.Action)
	read := !known || s.Risk == Reading
	switch {
	case lacking(oe) != "":
		e.Kind, e.Scope = Upstream, lacking(oe)
		e.Msg = "The console's service app was not granted " + e.Scope + ". Nothing was changed."
	case okta.IsNotFound(oe):
		e.Kind, e.Msg = NotFound, missing(e.Action)
	case okta.IsStale(oe):
		e.Kind, e.Rule, e.Msg = Conflict, "stale", "Somebody changed the profile at the same moment. Nothing was saved. Look again, then decide."
	case oe.Code == "E0000001" && isForm(e.Action) && len(fieldsOf(oe)) > 0:
		e.Kind, e.Fields, e.Msg = Invalid, fieldsOf(oe), "Okta refused some fields. Nothing was changed."
	case oe.Code == "E0000031": // a search or a cursor that Okta does not take
		e.Kind, e.Field, e.Msg = Invalid, "q", "Okta cannot search for that, or this page of the results no longer exists. Search again."
	case okta.IsFeatureOff(oe):
		e.Kind, e.Msg = Upstream, "This feature is switched off in the organisation."
	case okta.IsUnauthorized(oe):
		e.Kind, e.Msg = Upstream, "Okta no longer accepts the console's credential. Nothing was changed. Tell whoever runs Keydesk."
	case okta.IsForbidden(oe) && (read || oe.Code == "E0000006"):
		e.Kind, e.Scope = Upstream, scopeOf(e.Action)
		e.Msg = "The console's credential may not do this: it lacks " + e.Scope + ", or its admin role lacks the right or leaves this person out."
	case oe.Status >= 400 && oe.Status < 500 && !read:
		e.Kind, e.Msg = Conflict, "Okta refused: "+reason(oe)+" Nothing was changed."
	case oe.Status == 0:
		e.Kind, e.Msg = Upstream, "Okta did not answer. Nothing was changed."
	default:
		e.Kind, e.Msg = Upstream, fmt.Sprintf("Okta answered with an error (%d). Nothing was changed.", oe.Status)
	}
}

// isForm reports whether an action has a form with a field for each attribute.
func isForm(a Action) bool { return a == "users.create" || a == "users.update" || a == "users.replace" }

// fieldsOf are the attributes that Okta names in "name: what is wrong" causes.
func fieldsOf(oe *okta.Error) map[string]string {
	out := map[string]string{}
	for _, cause := range oe.Causes {
		name, what, ok := strings.Cut(cause, ": ")
		if ok && name != "" && !strings.ContainsAny(name, " .,") && what != "" {
			out[name] = what
		}
	}
	return out
}

// reason is Okta's own explanation; the causes say more than the summary.
func reason(oe *okta.Error) string {
	s := oe.Summary
	if len(oe.Causes) > 0 {
		s = strings.Join(oe.Causes, " ")
	}
	if s == "" {
		s = fmt.Sprintf("status %d, without a reason", oe.Status)
	}
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

// lacking are the scopes that Okta says the service app was not granted.
func lacking(err error) string {
	var se *okta.ScopeError
	if errors.As(err, &se) {
		return strings.Join(se.Scopes, " ")
	}
	return ""
}

// missing says what is not there, after the room that was asked.
func missing(a Action) string {
	switch spec(a).Room {
	case "links":
		return "The organisation has no relationship of this name, or one of the two people is gone. Nothing was changed."
	case "roles", "targets":
		return "Okta knows no such person, role or target any more. Nothing was changed. Read the page again."
	case "grants", "sessions":
		return "Okta knows no such consent, client or token of this person any more. Nothing was changed."
	case "factors":
		return "Okta knows no such factor of this person any more. Nothing was changed."
	}
	return "Okta knows nobody with this id. The account may have been deleted."
}

// scopeOf is the OAuth scope that an action needs of the credential; an API
// token needs an admin role that carries the same.
func scopeOf(a Action) string {
	switch a {
	case "groups.find":
		return "okta.groups.read"
	case "apps.find":
		return "okta.apps.read"
	case "schema.get":
		return "okta.schemas.read"
	case "links.kinds":
		return "okta.linkedObjects.read"
	case "logs.about":
		return "okta.logs.read"
	case "roles.holders":
		return "okta.roles.read"
	case "factors.list", "users.blocks", "credential":
		return "okta.users.read"
	}
	s := spec(a)
	switch {
	case s.Room == "roles" || s.Room == "targets":
		return map[bool]string{true: "okta.roles.read", false: "okta.roles.manage"}[s.Risk == Reading]
	case s.Risk == Reading:
		return "okta.users.read"
	}
	return "okta.users.manage"
}

// asError is err as the desk's own type; every error that reaches a caller is one.
func asError(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Other, Msg: "Something went wrong in the console itself.", Err: err}
}
