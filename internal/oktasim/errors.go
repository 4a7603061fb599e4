package oktasim

import "net/http"

// An apiError is one of Okta's errors; only the code is a contract of Okta's,
// the summaries are what was recorded or documented.
type apiError struct {
	status        int
	code, summary string
	causes        []string
}

func (e apiError) because(causes ...string) apiError {
	e.causes = causes
	return e
}

func (e apiError) object(id string) object {
	causes := make([]object, len(e.causes))
	for i, c := range e.causes {
		causes[i] = object{{"errorSummary", c}}
	}
	return object{
		{"errorCode", e.code},
		{"errorSummary", e.summary},
		{"errorLink", e.code},
		{"errorId", id},
		{"errorCauses", causes},
	}
}

func errInvalid(what, cause string) apiError {
	return apiError{http.StatusBadRequest, "E0000001", "Api validation failed: " + what, []string{cause}}
}

// errNotFound names what was looked for as the caller wrote it, and its kind.
func errNotFound(id, kind string) apiError {
	return apiError{http.StatusNotFound, "E0000007", "Not found: Resource not found: " + id + " (" + kind + ")", nil}
}

// errSearch is for expressions and for cursors from elsewhere.
func errSearch(cause string) apiError {
	return apiError{http.StatusBadRequest, "E0000031", "Invalid search criteria.", []string{cause}}
}

func errBody() apiError {
	return apiError{http.StatusBadRequest, "E0000003", "The request body was not well-formed.", nil}
}

// errSession is said to a caller without any token; a wrong one is errToken.
func errSession() apiError {
	return apiError{http.StatusForbidden, "E0000005", "Invalid session", nil}
}

func errPath() apiError {
	return apiError{http.StatusNotFound, "E0000008", "The requested path was not found", nil}
}

func errToken() apiError {
	return apiError{http.StatusUnauthorized, "E0000011", "Invalid token provided", nil}
}

// errCredentials says in its cause which of the credentials is at fault.
func errCredentials(cause string) apiError {
	return apiError{http.StatusForbidden, "E0000014", "Update of credentials failed", []string{cause}}
}

func errAlreadyActive() apiError {
	return apiError{http.StatusForbidden, "E0000016", "Activation failed because the user is already active", nil}
}

func errReset() apiError {
	return apiError{http.StatusForbidden, "E0000017", "Password reset failed", nil}
}

// errMethod has the words that were recorded, not those of the reference.
func errMethod() apiError {
	return apiError{http.StatusMethodNotAllowed, "E0000022", "The endpoint does not support the provided HTTP method", nil}
}

func errUnlock() apiError {
	return apiError{http.StatusForbidden, "E0000032", "Unlock is not allowed for this user.", nil}
}

func errBothQueries() apiError {
	return apiError{http.StatusBadRequest, "E0000033", "Cannot specify a search query and filter in the same request.", nil}
}

func errForgot() apiError {
	return apiError{http.StatusForbidden, "E0000034", "Forgot password not allowed on specified user.", nil}
}

func errChangePassword() apiError {
	return apiError{http.StatusForbidden, "E0000035", "Change password not allowed on specified user.", nil}
}

func errChangeQuestion() apiError {
	return apiError{http.StatusForbidden, "E0000036", "Change recovery question not allowed on specified user.", nil}
}

func errStatus() apiError {
	return apiError{http.StatusForbidden, "E0000038", "This operation is not allowed in the user's current status.", nil}
}

func errRate() apiError {
	return apiError{http.StatusTooManyRequests, "E0000047", "API call exceeded rate limit due to too many requests.", nil}
}

func errRoleExists() apiError {
	return apiError{http.StatusConflict, "E0000090", "Role already assigned to this user or group.", nil}
}

func errRoleType() apiError {
	return apiError{http.StatusBadRequest, "E0000091", "The provided role type was not the same as required role type.", nil}
}

func errTargets() apiError {
	return apiError{http.StatusBadRequest, "E0000093", "Target count limit exceeded", nil}
}

// errLastTarget refuses what would silently widen a role to everything. The
// status was seen; code and words are chosen.
func errLastTarget() apiError {
	return errInvalid("targets", "The last target of a role cannot be removed.")
}

func errAnswer() apiError {
	return apiError{http.StatusForbidden, "E0000087", "The recovery question answer did not match our records.", nil}
}

func errNextWithout() apiError {
	return apiError{http.StatusBadRequest, "E0000124", "Could not create user. To create a user and expire their password immediately, a password must be specified", nil}
}

func errNextInactive() apiError {
	return apiError{http.StatusBadRequest, "E0000125", "Could not create user. To create a user and expire their password immediately, \"activate\" must be true", nil}
}

// errConflict has the documented code and status; its words are not
// established.
func errConflict() apiError {
	return apiError{http.StatusPreconditionFailed, "E0000231", "The resource was changed since it was read.", nil}
}

// errOf is the error Okta would send with status, for faults that name no more.
func errOf(status int) apiError {
	switch status {
	case http.StatusUnauthorized:
		return errToken()
	case http.StatusForbidden:
		return apiError{status, "E0000006", "You do not have permission to perform the requested action", nil}
	case http.StatusNotFound:
		return errPath()
	case http.StatusTooManyRequests:
		return errRate()
	case http.StatusServiceUnavailable:
		return apiError{status, "E0000010", "Service is in read only mode", nil}
	}
	if status < http.StatusInternalServerError {
		return apiError{status, "E0000001", "Api validation failed: request", nil}
	}
	return apiError{status, "E0000009", "Internal Server Error", nil}
}

// Error returns the code and the summary.
func (e apiError) Error() string { return e.code + " " + e.summary }
