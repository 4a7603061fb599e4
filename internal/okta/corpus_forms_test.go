package okta

import (
	"cmp"
	"context"
	"encoding/json"
	"iter"
	"net/url"
	"slices"
	"strings"
	"time"
)

// sentBody is what a recorded call said of a person, a role or credentials.
type sentBody struct {
	Profile     Profile
	Credentials struct {
		Password struct{ Value string }
	}
	Type string
	Role string
	Set  string `json:"resource-set"`

	OldPassword, NewPassword, Password struct{ Value string }
	Question                           struct{ Question, Answer string } `json:"recovery_question"`
}

func (x exchange) body() (b sentBody) {
	_ = json.Unmarshal(x.Request.Body, &b) // a part of another type is of another operation
	return b
}

// person is the body of a call about a person. Where it was not recorded, or
// named no attribute, the answer has to do.
func (x exchange) person() sentBody {
	b := x.body()
	if len(b.Profile) == 0 {
		_ = json.Unmarshal(x.Response.Body, &b)
	}
	return b
}

func (x exchange) newUser(q url.Values) NewUser {
	b := x.person()
	return NewUser{Profile: b.Profile, Password: NewSecret(b.Credentials.Password.Value), Activate: q.Get("activate") == "true"}
}

func (x exchange) newRole() NewRole {
	b := x.body()
	if b.Type == "" {
		_ = json.Unmarshal(x.Response.Body, &b)
	}
	return NewRole{Type: RoleType(b.Type), Role: b.Role, ResourceSet: b.Set}
}

// secretOr hides a recorded secret, or any where none was recorded.
func secretOr(recorded string) Secret { return NewSecret(cmp.Or(recorded, "not recorded")) }

func (x exchange) changeCredentials(ctx context.Context, c *Client, id UserID) error {
	b := x.body()
	answer := secretOr(b.Question.Answer)
	switch x.op() {
	case "ChangePassword":
		return c.Credentials.ChangePassword(ctx, id, secretOr(b.OldPassword.Value), secretOr(b.NewPassword.Value), false, false)
	case "ChangeRecoveryQuestion":
		return c.Credentials.ChangeRecoveryQuestion(ctx, id, secretOr(b.Password.Value), b.Question.Question, answer)
	}
	return c.Credentials.ForgotPasswordSetNewPassword(ctx, id, answer, secretOr(b.Password.Value))
}

// partly reports whether the client keeps only some of what the operation
// answers with.
func (x exchange) partly() bool {
	return slices.Contains([]string{
		"ListApplicationTargetsForApplicationAdministratorRoleForUser", "ListAppTargetsForGroupRole", "ListResourceSets", "ListLinkedObjectDefinitions", "ListRoleHolders", "ListUserClients", "ListAppLinks",
		"ListUserIdentityProviders", "ListUserGrants", "GetUserGrant", "ListGrantsForUserAndClient", "ListRefreshTokensForUserAndClient",
		"GetRefreshTokenForUserAndClient", "ListApps", "GetApp", "ListLogEvents", "GetUserSchema",
	}, x.op())
}

// each turns what the client made of a list back into Okta's form.
func each[T any](as func(T) map[string]any) func([]T, error) (any, error) {
	return func(list []T, err error) (any, error) {
		back := []any{}
		for _, item := range list {
			back = append(back, as(item))
		}
		return back, err
	}
}

func items[T any](p Page[T], err error) ([]T, error) { return p.Items, err }

func (x exchange) asLinks(ids []UserID, err error) (any, error) {
	_, origin, _ := strings.Cut(string(x.Response.Body), "https://")
	origin, _, _ = strings.Cut(origin, "/")
	return each(func(id UserID) map[string]any {
		self := map[string]any{"href": "https://" + origin + "/api/v1/users/" + id.String()}
		return map[string]any{"_links": map[string]any{"self": self}}
	})(ids, err)
}

func asSets(names map[string]string, err error) (any, error) {
	all := []map[string]any{}
	for id, label := range names {
		all = append(all, map[string]any{"id": id, "label": label})
	}
	return map[string]any{"resource-sets": all}, err
}

func asTarget(t TargetApp) map[string]any {
	if t.Instance.IsZero() {
		return map[string]any{"name": t.Name, "displayName": t.Label, "status": t.Status}
	}
	return map[string]any{"id": t.Instance, "name": t.Label, "status": t.Status}
}

func asGrant(g Grant) map[string]any {
	return map[string]any{
		"id": g.ID, "status": g.Status, "created": g.Created, "lastUpdated": g.LastUpdated, "issuer": g.Issuer, "clientId": g.Client, "userId": g.Person,
		"scopeId": g.ScopeID, "source": g.Source, "_embedded": map[string]any{"scope": g.Scope},
	}
}

func asHolders(p Page[UserID], err error) (any, error) {
	value, err := each(func(id UserID) map[string]any { return map[string]any{"id": id} })(p.Items, err)
	return map[string]any{"value": value}, err
}

func asEvent(e LogEvent) map[string]any {
	outcome := map[string]any{"result": e.Outcome}
	if e.Reason != "" {
		outcome["reason"] = e.Reason
	}
	return map[string]any{
		"published": e.Published.UTC().Format(time.RFC3339Nano), "eventType": e.Type, "displayMessage": e.Message, "outcome": outcome,
		"actor": map[string]any{"displayName": e.Actor}, "client": map[string]any{"ipAddress": e.Client},
	}
}

// asSchema has of the attributes what every one of them says.
func asSchema(s ProfileSchema, err error) (any, error) {
	base, custom := map[string]any{}, map[string]any{}
	for _, a := range s.Attributes {
		half := base
		if a.Custom {
			half = custom
		}
		half[a.Name] = map[string]any{"title": a.Title, "type": a.Type}
	}
	return map[string]any{"definitions": map[string]any{
		"base":   map[string]any{"properties": base},
		"custom": map[string]any{"properties": custom},
	}}, err
}

// collected is all of a list that is read page by page, up to an error.
func collected[T any](list iter.Seq2[T, error]) (all []T, err error) {
	for item, err := range list {
		if err != nil {
			return all, err
		}
		all = append(all, item)
	}
	return all, nil
}
