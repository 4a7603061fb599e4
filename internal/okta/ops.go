package okta

import (
	"fmt"
	"net/http"
	"path"
	"strings"
)

// Operation is one call that the client can make.
type Operation struct {
	Name    string // as in Okta's User API
	Method  string
	Path    string // with placeholders: /api/v1/users/{userId}
	Outside bool   // not one of the User API's 51
}

type opName string

const (
	listUsers                             opName = "ListUsers"
	getUser                               opName = "GetUser"
	activateUser                          opName = "ActivateUser"
	deactivateUser                        opName = "DeactivateUser"
	reactivateUser                        opName = "ReactivateUser"
	suspendUser                           opName = "SuspendUser"
	unsuspendUser                         opName = "UnsuspendUser"
	unlockUser                            opName = "UnlockUser"
	resetPassword                         opName = "ResetPassword"
	expirePassword                        opName = "ExpirePassword"
	expirePasswordAndGetTemporaryPassword opName = "ExpirePasswordAndGetTemporaryPassword"
	resetFactors                          opName = "ResetFactors"
	listUserGroups                        opName = "ListUserGroups"
	listAssignedRolesForUser              opName = "ListAssignedRolesForUser"
	clearUserSessions                     opName = "ClearUserSessions"
	listFactors                           opName = "ListFactors"
)

// Operations lists every call the client can make, in room order.
func Operations() []Operation {
	const user = "/api/v1/users/{userId}"
	return []Operation{
		{Name: string(listUsers), Method: http.MethodGet, Path: "/api/v1/users"},
		{Name: string(getUser), Method: http.MethodGet, Path: user},
		{Name: string(activateUser), Method: http.MethodPost, Path: user + "/lifecycle/activate"},
		{Name: string(deactivateUser), Method: http.MethodPost, Path: user + "/lifecycle/deactivate"},
		{Name: string(reactivateUser), Method: http.MethodPost, Path: user + "/lifecycle/reactivate"},
		{Name: string(suspendUser), Method: http.MethodPost, Path: user + "/lifecycle/suspend"},
		{Name: string(unsuspendUser), Method: http.MethodPost, Path: user + "/lifecycle/unsuspend"},
		{Name: string(unlockUser), Method: http.MethodPost, Path: user + "/lifecycle/unlock"},
		{Name: string(resetPassword), Method: http.MethodPost, Path: user + "/lifecycle/reset_password"},
		{Name: string(expirePassword), Method: http.MethodPost, Path: user + "/lifecycle/expire_password"},
		{Name: string(expirePasswordAndGetTemporaryPassword), Method: http.MethodPost, Path: user + "/lifecycle/expire_password_with_temp_password"},
		{Name: string(resetFactors), Method: http.MethodPost, Path: user + "/lifecycle/reset_factors"},
		{Name: string(listUserGroups), Method: http.MethodGet, Path: user + "/groups"},
		{Name: string(listAssignedRolesForUser), Method: http.MethodGet, Path: user + "/roles"},
		{Name: string(clearUserSessions), Method: http.MethodDelete, Path: user + "/sessions"},
		{Name: string(listFactors), Method: http.MethodGet, Path: user + "/factors", Outside: true},
	}
}

// safe reports whether the call may be made again without harm.
func (o Operation) safe() bool {
	return o.Method == http.MethodGet || o.Method == http.MethodHead
}

// bucket names the rate window that the call is counted in. Okta's own buckets
// are told nowhere; calls of one path and kind share one, and recordings show
// that the lifecycle calls do. Where Okta counts more coarsely, the answers'
// headers still tell each of our windows the truth.
func (o Operation) bucket() string {
	shape := o.Path
	if before, _, ok := strings.Cut(shape, "/lifecycle/"); ok {
		shape = before + "/lifecycle/*"
	}
	if o.safe() {
		return "read " + shape
	}
	return "change " + shape
}

// fill puts ids in the place of the path's placeholders, in order. The ids are
// clean by their type; that is checked again here, and then that the path is
// still made of the same number of segments, because a path with one segment
// more or less is another operation.
func (o Operation) fill(ids ...segment) (string, error) {
	parts := strings.Split(o.Path, "/")
	for i, part := range parts {
		if !strings.HasPrefix(part, "{") {
			continue
		}
		if len(ids) == 0 || !ids[0].valid() {
			return "", fmt.Errorf("%w: nothing that can stand for %s", ErrBadID, part)
		}
		parts[i], ids = string(ids[0]), ids[1:]
	}
	p := strings.Join(parts, "/")
	if len(ids) > 0 || path.Clean(p) != p || strings.Contains(p, "%") || strings.Count(p, "/") != strings.Count(o.Path, "/") {
		return "", fmt.Errorf("%w: the path of %s does not fit", ErrBadID, o.Name)
	}
	return p, nil
}
