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
