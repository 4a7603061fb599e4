package sdktest

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"net/url"
	"testing"

	v5 "github.com/okta/okta-sdk-golang/v5/okta"
)

const v5Name = "v5.0.2"

// v5Forms: this SDK sends every operation as the User API has it.
func v5Forms() []form { return nil }

// fifth is the SDK with the context its calls want.
type fifth struct {
	v5.UserAPI
	held    v5.RoleAssignmentAPI
	targets v5.RoleTargetAPI
	ctx     context.Context
}

// portKeeper puts back the port, which this SDK drops from every address.
type portKeeper struct {
	host string
	next http.RoundTripper
}

func (k portKeeper) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Host, r.Host = k.host, k.host
	return k.next.RoundTrip(r)
}

func TestSDKv5(t *testing.T) {
	t.Parallel()
	h := open(t)
	at, err := url.Parse(h.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	through := &http.Client{Transport: portKeeper{at.Host, h.server.Client().Transport}}
	cfg, err := v5.NewConfiguration(v5.WithOrgUrl(h.server.URL), v5.WithToken(h.Token()),
		v5.WithAuthorizationMode("SSWS"), v5.WithCache(false), v5.WithHttpClientPtr(through))
	if err != nil {
		t.Fatal(err)
	}
	client, rows := v5.NewAPIClient(cfg), map[string]call{}
	u := fifth{client.UserAPI, client.RoleAssignmentAPI, client.RoleTargetAPI, t.Context()}
	for _, room := range []map[string]call{u.users(), u.lifecycle(), u.credentials(), u.related(), u.consents(), u.roles(), u.limits()} {
		maps.Copy(rows, room)
	}
	played(t, h, sdk{v5Name, rows, v5Forms()})
}

func (u fifth) users() map[string]call {
	set := func(s string) v5.NullableString { return *v5.NewNullableString(&s) }
	return map[string]call{
		"ListUsers": func(p part) ([]string, error) {
			return v5All(func(x v5.User) string { return x.GetId() })(u.ListUsers(u.ctx).Search(p.search).Limit(3).Execute())
		},
		"GetUser": func(p part) ([]string, error) {
			one := func(x *v5.UserGetSingleton) []string { return []string{x.GetId(), x.GetStatus(), x.Profile.GetLogin()} }
			return v5One(one)(u.GetUser(u.ctx, p.ID).Execute())
		},
		"CreateUser": func(p part) ([]string, error) {
			body := v5.CreateUserRequest{
				Profile:     v5.UserProfile{Login: &p.Login, Email: &p.Login, FirstName: set("Zelda"), LastName: set("Quist")},
				Credentials: &v5.UserCredentials{Password: v5Password(p.newOne)},
				GroupIds:    []string{p.group},
			}
			return v5One(v5User)(u.CreateUser(u.ctx).Body(body).Activate(true).Execute())
		},
		"PartialUpdateUser": func(p part) ([]string, error) {
			change := v5.UpdateUserRequest{Profile: &v5.UserProfile{Title: set("Lighthouse keeper")}}
			return v5One(v5User)(u.UpdateUser(u.ctx, p.ID).User(change).Execute())
		},
		"UpdateUser": func(p part) ([]string, error) {
			whole := v5.UserProfile{Login: &p.Login, Email: &p.Email, FirstName: set(p.FirstName), LastName: set(p.LastName), Title: set("Lighthouse keeper")}
			return v5One(v5User)(u.ReplaceUser(u.ctx, p.ID).User(v5.User{Profile: &whole}).Execute())
		},
		"DeactivateOrDeleteUser": func(p part) ([]string, error) { return v5None(u.DeleteUser(u.ctx, p.ID).Execute()) },
	}
}

func (u fifth) lifecycle() map[string]call {
	token := func(x *v5.UserActivationToken) []string {
		return []string{x.GetActivationUrl(), x.GetActivationToken()}
	}
	temporary := func(x *v5.TempPassword) []string { return []string{x.GetTempPassword()} }
	reset := func(x *v5.ResetPasswordToken) []string { return []string{x.GetResetPasswordUrl()} }
	return map[string]call{
		"ActivateUser": func(p part) ([]string, error) {
			return v5One(token)(u.ActivateUser(u.ctx, p.ID).SendEmail(false).Execute())
		},
		"ReactivateUser": func(p part) ([]string, error) {
			return v5One(token)(u.ReactivateUser(u.ctx, p.ID).SendEmail(false).Execute())
		},
		"DeactivateUser": func(p part) ([]string, error) {
			return v5None(u.DeactivateUser(u.ctx, p.ID).SendEmail(false).Execute())
		},
		"SuspendUser":    func(p part) ([]string, error) { return v5None(u.SuspendUser(u.ctx, p.ID).Execute()) },
		"UnsuspendUser":  func(p part) ([]string, error) { return v5None(u.UnsuspendUser(u.ctx, p.ID).Execute()) },
		"UnlockUser":     func(p part) ([]string, error) { return v5None(u.UnlockUser(u.ctx, p.ID).Execute()) },
		"ExpirePassword": func(p part) ([]string, error) { return v5One(v5User)(u.ExpirePassword(u.ctx, p.ID).Execute()) },
		"ExpirePasswordAndGetTemporaryPassword": func(p part) ([]string, error) {
			return v5One(temporary)(u.ExpirePasswordAndGetTemporaryPassword(u.ctx, p.ID).Execute())
		},
		"ResetPassword": func(p part) ([]string, error) {
			return v5One(reset)(u.GenerateResetPasswordToken(u.ctx, p.ID).SendEmail(false).Execute())
		},
		"ResetFactors": func(p part) ([]string, error) { return v5None(u.ResetFactors(u.ctx, p.ID).Execute()) },
	}
}

func (u fifth) credentials() map[string]call {
	asked := &v5.RecoveryQuestionCredential{Question: v5.PtrString(question), Answer: v5.PtrString("keep to starboard")}
	answered := &v5.RecoveryQuestionCredential{Answer: v5.PtrString("blue")}
	forgot := func(x *v5.ForgotPasswordResponse) []string { return words(x.GetResetPasswordUrl()) }
	return map[string]call{
		"ChangePassword": func(p part) ([]string, error) {
			body := v5.ChangePasswordRequest{OldPassword: v5Password(p.oldPass), NewPassword: v5Password(p.newOne)}
			return v5One(v5Credentials)(u.ChangePassword(u.ctx, p.ID).ChangePasswordRequest(body).Execute())
		},
		"ChangeRecoveryQuestion": func(p part) ([]string, error) {
			body := v5.UserCredentials{Password: v5Password(p.oldPass), RecoveryQuestion: asked}
			return v5One(v5Credentials)(u.ChangeRecoveryQuestion(u.ctx, p.ID).UserCredentials(body).Execute())
		},
		"ForgotPassword": func(p part) ([]string, error) {
			return v5One(forgot)(u.ForgotPassword(u.ctx, p.ID).SendEmail(false).Execute())
		},
		"ForgotPasswordSetNewPassword": func(p part) ([]string, error) {
			body := v5.UserCredentials{Password: v5Password(p.newOne), RecoveryQuestion: answered}
			return v5One(v5Credentials)(u.ForgotPasswordSetNewPassword(u.ctx, p.ID).UserCredentials(body).Execute())
		},
		"ClearUserSessions": func(p part) ([]string, error) { return v5None(u.RevokeUserSessions(u.ctx, p.ID).Execute()) },
	}
}

func (u fifth) related() map[string]call {
	instance := func(x v5.AppLink) string {
		id, _ := x.AdditionalProperties["appInstanceId"].(string)
		return id
	}
	return map[string]call{
		"ListUserGroups": func(p part) ([]string, error) {
			return v5All(v5Group)(u.ListUserGroups(u.ctx, p.ID).Execute())
		},
		"ListAppLinks": func(p part) ([]string, error) { return v5All(instance)(u.ListAppLinks(u.ctx, p.ID).Execute()) },
		"ListUserIdentityProviders": func(p part) ([]string, error) {
			return v5All(func(x v5.IdentityProvider) string { return x.GetName() })(u.ListUserIdentityProviders(u.ctx, p.ID).Execute())
		},
		"SetLinkedObjectForUser": func(p part) ([]string, error) {
			return v5None(u.ReplaceLinkedObjectForUser(u.ctx, p.ID, p.relation, p.other).Execute())
		},
		"GetLinkedObjectsForUser": func(p part) ([]string, error) {
			return v5All(func(x map[string]any) string { return self(x["_links"]) })(u.ListLinkedObjectsForUser(u.ctx, p.ID, p.relation).Execute())
		},
		"RemoveLinkedObjectForUser": func(p part) ([]string, error) {
			return v5None(u.DeleteLinkedObjectForUser(u.ctx, p.ID, p.relation).Execute())
		},
	}
}

func (u fifth) consents() map[string]call {
	grant := func(x v5.OAuth2ScopeConsentGrant) string { return x.GetId() }
	token := func(x v5.OAuth2RefreshToken) string { return x.GetId() }
	oneGrant := func(p part) first { return v5First(grant)(u.ListUserGrants(u.ctx, p.ID).Execute()) }
	oneToken := func(p part) first {
		return v5First(token)(u.ListRefreshTokensForUserAndClient(u.ctx, p.ID, p.client).Execute())
	}
	return map[string]call{
		"ListUserClients": func(p part) ([]string, error) {
			return v5All(func(x v5.OAuth2Client) string { return x.GetClientId() })(u.ListUserClients(u.ctx, p.ID).Execute())
		},
		"ListUserGrants": func(p part) ([]string, error) { return v5All(grant)(u.ListUserGrants(u.ctx, p.ID).Execute()) },
		"GetUserGrant":   func(p part) ([]string, error) { return oneGrant(p).then(u.grant(p)) },
		"RevokeUserGrant": func(p part) ([]string, error) {
			return oneGrant(p).then(func(id string) ([]string, error) { return v5None(u.RevokeUserGrant(u.ctx, p.ID, id).Execute()) })
		},
		"RevokeUserGrants": func(p part) ([]string, error) { return v5None(u.RevokeUserGrants(u.ctx, p.ID).Execute()) },
		"ListGrantsForUserAndClient": func(p part) ([]string, error) {
			return v5All(grant)(u.ListGrantsForUserAndClient(u.ctx, p.ID, p.client).Execute())
		},
		"RevokeGrantsForUserAndClient": func(p part) ([]string, error) {
			return v5None(u.RevokeGrantsForUserAndClient(u.ctx, p.ID, p.client).Execute())
		},
		"ListRefreshTokensForUserAndClient": func(p part) ([]string, error) {
			return v5All(token)(u.ListRefreshTokensForUserAndClient(u.ctx, p.ID, p.client).Execute())
		},
		"GetRefreshTokenForUserAndClient": func(p part) ([]string, error) { return oneToken(p).then(u.token(p)) },
		"RevokeTokenForUserAndClient": func(p part) ([]string, error) {
			return oneToken(p).then(func(id string) ([]string, error) {
				return v5None(u.RevokeTokenForUserAndClient(u.ctx, p.ID, p.client, id).Execute())
			})
		},
		"RevokeTokensForUserAndClient": func(p part) ([]string, error) {
			return v5None(u.RevokeTokensForUserAndClient(u.ctx, p.ID, p.client).Execute())
		},
	}
}

func (u fifth) grant(p part) func(string) ([]string, error) {
	return func(id string) ([]string, error) {
		said := func(x *v5.OAuth2ScopeConsentGrant) []string {
			return []string{id, x.GetId(), x.GetClientId(), x.GetStatus()}
		}
		return v5One(said)(u.GetUserGrant(u.ctx, p.ID, id).Execute())
	}
}

func (u fifth) token(p part) func(string) ([]string, error) {
	return func(id string) ([]string, error) {
		said := func(x *v5.OAuth2RefreshToken) []string {
			return []string{id, x.GetId(), x.GetClientId(), x.GetStatus()}
		}
		return v5One(said)(u.GetRefreshTokenForUserAndClient(u.ctx, p.ID, p.client, id).Execute())
	}
}

func (u fifth) roles() map[string]call {
	role := func(x *v5.Role) []string {
		return []string{x.GetId(), x.GetType(), x.GetLabel(), x.GetAssignmentType()}
	}
	return map[string]call{
		"AssignRoleToUser": func(p part) ([]string, error) {
			return v5One(role)(u.held.AssignRoleToUser(u.ctx, p.ID).AssignRoleRequest(v5.AssignRoleRequest{Type: &p.role}).Execute())
		},
		"ListAssignedRolesForUser": func(p part) ([]string, error) {
			return v5All(func(x v5.Role) string { return x.GetType() })(u.held.ListAssignedRolesForUser(u.ctx, p.ID).Execute())
		},
		"GetUserRole": func(p part) ([]string, error) {
			return v5One(role)(u.held.GetUserAssignedRole(u.ctx, p.ID, p.roleID()).Execute())
		},
		"RemoveRoleFromUser": func(p part) ([]string, error) {
			return v5None(u.held.UnassignRoleFromUser(u.ctx, p.ID, p.roleID()).Execute())
		},
	}
}

func (u fifth) limits() map[string]call {
	return map[string]call{
		"ListGroupTargetsForRole": func(p part) ([]string, error) {
			return v5All(v5Group)(u.targets.ListGroupTargetsForRole(u.ctx, p.ID, p.roleID()).Execute())
		},
		"AddGroupTargetToRole": func(p part) ([]string, error) {
			return v5None(u.targets.AssignGroupTargetToUserRole(u.ctx, p.ID, p.roleID(), p.group).Execute())
		},
		"RemoveGroupTargetFromRole": func(p part) ([]string, error) {
			return v5None(u.targets.UnassignGroupTargetFromUserAdminRole(u.ctx, p.ID, p.roleID(), p.group).Execute())
		},
		"ListApplicationTargetsForApplicationAdministratorRoleForUser": func(p part) ([]string, error) {
			named := func(x v5.CatalogApplication) string { return x.GetName() }
			return v5All(named)(u.targets.ListApplicationTargetsForApplicationAdministratorRoleForUser(u.ctx, p.ID, p.roleID()).Execute())
		},
		"AddAllAppsAsTargetToRole": func(p part) ([]string, error) {
			return v5None(u.targets.AssignAllAppsAsTargetToRoleForUser(u.ctx, p.ID, p.roleID()).Execute())
		},
		"AddApplicationTargetToAdminRoleForUser": func(p part) ([]string, error) {
			return v5None(u.targets.AssignAppTargetToAdminRoleForUser(u.ctx, p.ID, p.roleID(), p.app).Execute())
		},
		"AddApplicationTargetToAppAdminRoleForUser": func(p part) ([]string, error) {
			return v5None(u.targets.AssignAppInstanceTargetToAppAdminRoleForUser(u.ctx, p.ID, p.roleID(), p.app, p.appID).Execute())
		},
		"RemoveApplicationTargetFromApplicationAdministratorRoleForUser": func(p part) ([]string, error) {
			return v5None(u.targets.UnassignAppTargetFromAppAdminRoleForUser(u.ctx, p.ID, p.roleID(), p.app).Execute())
		},
		"RemoveApplicationTargetFromAdministratorRoleForUser": func(p part) ([]string, error) {
			return v5None(u.targets.UnassignAppInstanceTargetFromAdminRoleForUser(u.ctx, p.ID, p.roleID(), p.app, p.appID).Execute())
		},
	}
}

func v5User(x *v5.User) []string { return []string{x.GetId(), x.GetStatus(), x.Profile.GetLogin()} }

func v5Group(x v5.Group) string { return x.Profile.GetName() }

func v5Password(value string) *v5.PasswordCredential { return &v5.PasswordCredential{Value: &value} }

func v5Credentials(x *v5.UserCredentials) []string {
	said := []string{x.Provider.GetType(), ""}
	if x.RecoveryQuestion != nil {
		said[1] = x.RecoveryQuestion.GetQuestion()
	}
	return said
}

func v5None(_ *v5.APIResponse, err error) ([]string, error) { return nil, err }

func v5One[T any](said func(T) []string) func(T, *v5.APIResponse, error) ([]string, error) {
	return func(x T, _ *v5.APIResponse, err error) ([]string, error) {
		if err != nil {
			return nil, err
		}
		return said(x), nil
	}
}

// v5All reads a list to its last page, by the SDK's own paging.
func v5All[T any](said func(T) string) func([]T, *v5.APIResponse, error) ([]string, error) {
	return func(list []T, r *v5.APIResponse, err error) (all []string, _ error) {
		for ; err == nil; r, err = r.Next(&list) {
			for _, x := range list {
				all = append(all, said(x))
			}
			if list = nil; !r.HasNextPage() {
				return all, nil
			}
		}
		return nil, err
	}
}

// v5First takes the id of the first of a list.
func v5First[T any](id func(T) string) func([]T, *v5.APIResponse, error) first {
	return func(list []T, _ *v5.APIResponse, err error) first {
		if err != nil || len(list) == 0 {
			return first{err: cmp.Or(err, errEmpty())}
		}
		return first{id: id(list[0])}
	}
}
