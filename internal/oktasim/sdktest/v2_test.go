package sdktest

import (
	"cmp"
	"context"
	"maps"
	"testing"

	v2 "github.com/okta/okta-sdk-golang/v2/okta"
	"github.com/okta/okta-sdk-golang/v2/okta/query"
)

const v2Name = "v2.20.0"

// v2Forms are what this SDK sends in the words of an older reference.
func v2Forms() []form {
	return []form{
		{
			"ExpirePasswordAndGetTemporaryPassword", "ExpirePassword", nil,
			"asks for `expire_password?tempPassword=true`",
		},
		{
			"ForgotPasswordSetNewPassword", "ForgotPassword", nothing,
			"posts the answer to `forgot_password`, and reads a reset link where credentials come back",
		},
	}
}

// second is the SDK with the context its calls want.
type second struct {
	*v2.UserResource
	ctx context.Context
}

func TestSDKv2(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx, client, err := v2.NewClient(t.Context(), v2.WithOrgUrl(h.server.URL), v2.WithToken(h.Token()),
		v2.WithAuthorizationMode("SSWS"), v2.WithCache(false), v2.WithHttpClientPtr(h.server.Client()))
	if err != nil {
		t.Fatal(err)
	}
	u, rows := second{client.User, ctx}, map[string]call{}
	for _, room := range []map[string]call{u.users(), u.lifecycle(), u.credentials(), u.related(), u.consents(), u.roles()} {
		maps.Copy(rows, room)
	}
	played(t, h, sdk{v2Name, rows, v2Forms()})
}

func (u second) users() map[string]call {
	return map[string]call{
		"ListUsers": func(p part) ([]string, error) {
			return v2All(u, func(x *v2.User) string { return x.Id })(u.ListUsers(u.ctx, query.NewQueryParams(query.WithSearch(p.search), query.WithLimit(3))))
		},
		"GetUser":    func(p part) ([]string, error) { return v2One(v2User)(u.GetUser(u.ctx, p.ID)) },
		"CreateUser": u.create,
		"PartialUpdateUser": func(p part) ([]string, error) {
			change := v2.User{Profile: &v2.UserProfile{"title": "Lighthouse keeper"}}
			return v2One(v2User)(u.PartialUpdateUser(u.ctx, p.ID, change, nil))
		},
		"UpdateUser": func(p part) ([]string, error) {
			whole := v2.UserProfile{"login": p.Login, "email": p.Email, "firstName": p.FirstName, "lastName": p.LastName, "title": "Lighthouse keeper"}
			return v2One(v2User)(u.UpdateUser(u.ctx, p.ID, v2.User{Profile: &whole}, nil))
		},
		"DeactivateOrDeleteUser": func(p part) ([]string, error) { return v2None(u.DeactivateOrDeleteUser(u.ctx, p.ID, nil)) },
	}
}

func (u second) create(p part) ([]string, error) {
	body := v2.CreateUserRequest{
		Profile:     &v2.UserProfile{"login": p.Login, "email": p.Login, "firstName": "Zelda", "lastName": "Quist"},
		Credentials: &v2.UserCredentials{Password: &v2.PasswordCredential{Value: p.newOne}},
		GroupIds:    []string{p.group},
	}
	return v2One(v2User)(u.CreateUser(u.ctx, body, query.NewQueryParams(query.WithActivate(true))))
}

func (u second) lifecycle() map[string]call {
	bySelf := query.NewQueryParams(query.WithSendEmail(false))
	token := func(x *v2.UserActivationToken) []string { return []string{x.ActivationUrl, x.ActivationToken} }
	temporary := func(x *v2.TempPassword) []string { return []string{x.TempPassword} }
	reset := func(x *v2.ResetPasswordToken) []string { return []string{x.ResetPasswordUrl} }
	return map[string]call{
		"ActivateUser":   func(p part) ([]string, error) { return v2One(token)(u.ActivateUser(u.ctx, p.ID, bySelf)) },
		"ReactivateUser": func(p part) ([]string, error) { return v2One(token)(u.ReactivateUser(u.ctx, p.ID, bySelf)) },
		"DeactivateUser": func(p part) ([]string, error) { return v2None(u.DeactivateUser(u.ctx, p.ID, bySelf)) },
		"SuspendUser":    func(p part) ([]string, error) { return v2None(u.SuspendUser(u.ctx, p.ID)) },
		"UnsuspendUser":  func(p part) ([]string, error) { return v2None(u.UnsuspendUser(u.ctx, p.ID)) },
		"UnlockUser":     func(p part) ([]string, error) { return v2None(u.UnlockUser(u.ctx, p.ID)) },
		"ExpirePassword": func(p part) ([]string, error) { return v2One(v2User)(u.ExpirePassword(u.ctx, p.ID)) },
		"ExpirePasswordAndGetTemporaryPassword": func(p part) ([]string, error) {
			return v2One(temporary)(u.ExpirePasswordAndGetTemporaryPassword(u.ctx, p.ID))
		},
		"ResetPassword": func(p part) ([]string, error) { return v2One(reset)(u.ResetPassword(u.ctx, p.ID, bySelf)) },
		"ResetFactors":  func(p part) ([]string, error) { return v2None(u.ResetFactors(u.ctx, p.ID)) },
	}
}

func (u second) credentials() map[string]call {
	forgot := func(x *v2.ForgotPasswordResponse) []string { return words(x.ResetPasswordUrl) }
	password := func(value string) *v2.PasswordCredential { return &v2.PasswordCredential{Value: value} }
	return map[string]call{
		"ChangePassword": func(p part) ([]string, error) {
			body := v2.ChangePasswordRequest{OldPassword: password(p.oldPass), NewPassword: password(p.newOne)}
			return v2One(v2Credentials)(u.ChangePassword(u.ctx, p.ID, body, nil))
		},
		"ChangeRecoveryQuestion": func(p part) ([]string, error) {
			asked := &v2.RecoveryQuestionCredential{Question: question, Answer: "keep to starboard"}
			return v2One(v2Credentials)(u.ChangeRecoveryQuestion(u.ctx, p.ID, v2.UserCredentials{Password: password(p.oldPass), RecoveryQuestion: asked}))
		},
		"ForgotPassword": func(p part) ([]string, error) {
			return v2One(forgot)(u.ForgotPasswordGenerateOneTimeToken(u.ctx, p.ID, query.NewQueryParams(query.WithSendEmail(false))))
		},
		"ForgotPasswordSetNewPassword": func(p part) ([]string, error) {
			answered := &v2.RecoveryQuestionCredential{Answer: "blue"}
			return v2One(forgot)(u.ForgotPasswordSetNewPassword(u.ctx, p.ID, v2.UserCredentials{Password: password(p.newOne), RecoveryQuestion: answered}, nil))
		},
		"ClearUserSessions": func(p part) ([]string, error) { return v2None(u.ClearUserSessions(u.ctx, p.ID, nil)) },
	}
}

func (u second) related() map[string]call {
	return map[string]call{
		"ListUserGroups": func(p part) ([]string, error) {
			return v2All(u, func(x *v2.Group) string { return x.Profile.Name })(u.ListUserGroups(u.ctx, p.ID))
		},
		"ListAppLinks": func(p part) ([]string, error) {
			return v2All(u, func(x *v2.AppLink) string { return x.AppInstanceId })(u.ListAppLinks(u.ctx, p.ID))
		},
		"ListUserIdentityProviders": func(p part) ([]string, error) {
			return v2All(u, func(x *v2.IdentityProvider) string { return x.Name })(u.ListUserIdentityProviders(u.ctx, p.ID))
		},
		"SetLinkedObjectForUser": func(p part) ([]string, error) {
			return v2None(u.SetLinkedObjectForUser(u.ctx, p.ID, p.relation, p.other))
		},
		"GetLinkedObjectsForUser": func(p part) ([]string, error) {
			return v2All(u, func(x *v2.ResponseLinks) string { return self(x.Links) })(u.GetLinkedObjectsForUser(u.ctx, p.ID, p.relation, nil))
		},
		"RemoveLinkedObjectForUser": func(p part) ([]string, error) {
			return v2None(u.RemoveLinkedObjectForUser(u.ctx, p.ID, p.relation))
		},
	}
}

func (u second) consents() map[string]call {
	grant := func(x *v2.OAuth2ScopeConsentGrant) string { return x.Id }
	token := func(x *v2.OAuth2RefreshToken) string { return x.Id }
	return map[string]call{
		"ListUserClients": func(p part) ([]string, error) {
			return v2All(u, func(x *v2.OAuth2Client) string { return x.ClientId })(u.ListUserClients(u.ctx, p.ID))
		},
		"ListUserGrants": func(p part) ([]string, error) { return v2All(u, grant)(u.ListUserGrants(u.ctx, p.ID, nil)) },
		"GetUserGrant":   u.getGrant,
		"RevokeUserGrant": func(p part) ([]string, error) {
			return v2First(grant)(u.ListUserGrants(u.ctx, p.ID, nil)).then(func(id string) ([]string, error) { return v2None(u.RevokeUserGrant(u.ctx, p.ID, id)) })
		},
		"RevokeUserGrants": func(p part) ([]string, error) { return v2None(u.RevokeUserGrants(u.ctx, p.ID)) },
		"ListGrantsForUserAndClient": func(p part) ([]string, error) {
			return v2All(u, grant)(u.ListGrantsForUserAndClient(u.ctx, p.ID, p.client, nil))
		},
		"RevokeGrantsForUserAndClient": func(p part) ([]string, error) {
			return v2None(u.RevokeGrantsForUserAndClient(u.ctx, p.ID, p.client))
		},
		"ListRefreshTokensForUserAndClient": func(p part) ([]string, error) {
			return v2All(u, token)(u.ListRefreshTokensForUserAndClient(u.ctx, p.ID, p.client, nil))
		},
		"GetRefreshTokenForUserAndClient": u.getToken,
		"RevokeTokenForUserAndClient": func(p part) ([]string, error) {
			return v2First(token)(u.ListRefreshTokensForUserAndClient(u.ctx, p.ID, p.client, nil)).then(func(id string) ([]string, error) {
				return v2None(u.RevokeTokenForUserAndClient(u.ctx, p.ID, p.client, id))
			})
		},
		"RevokeTokensForUserAndClient": func(p part) ([]string, error) {
			return v2None(u.RevokeTokensForUserAndClient(u.ctx, p.ID, p.client))
		},
	}
}

func (u second) getGrant(p part) ([]string, error) {
	first := v2First(func(x *v2.OAuth2ScopeConsentGrant) string { return x.Id })(u.ListUserGrants(u.ctx, p.ID, nil))
	return first.then(func(id string) ([]string, error) {
		return v2One(func(x *v2.OAuth2ScopeConsentGrant) []string { return []string{id, x.Id, x.ClientId, x.Status} })(u.GetUserGrant(u.ctx, p.ID, id, nil))
	})
}

func (u second) getToken(p part) ([]string, error) {
	first := v2First(func(x *v2.OAuth2RefreshToken) string { return x.Id })(u.ListRefreshTokensForUserAndClient(u.ctx, p.ID, p.client, nil))
	return first.then(func(id string) ([]string, error) {
		return v2One(func(x *v2.OAuth2RefreshToken) []string { return []string{id, x.Id, x.ClientId, x.Status} })(u.GetRefreshTokenForUserAndClient(u.ctx, p.ID, p.client, id, nil))
	})
}

func (u second) roles() map[string]call {
	role := func(x *v2.Role) []string { return []string{x.Id, x.Type, x.Label, x.AssignmentType} }
	return map[string]call{
		"AssignRoleToUser": func(p part) ([]string, error) {
			return v2One(role)(u.AssignRoleToUser(u.ctx, p.ID, v2.AssignRoleRequest{Type: p.role}, nil))
		},
		"ListAssignedRolesForUser": func(p part) ([]string, error) {
			return v2All(u, func(x *v2.Role) string { return x.Type })(u.ListAssignedRolesForUser(u.ctx, p.ID, nil))
		},
		"GetUserRole":        func(p part) ([]string, error) { return v2One(role)(u.GetUserRole(u.ctx, p.ID, p.roleID())) },
		"RemoveRoleFromUser": func(p part) ([]string, error) { return v2None(u.RemoveRoleFromUser(u.ctx, p.ID, p.roleID())) },
		"ListGroupTargetsForRole": func(p part) ([]string, error) {
			return v2All(u, func(x *v2.Group) string { return x.Profile.Name })(u.ListGroupTargetsForRole(u.ctx, p.ID, p.roleID(), nil))
		},
		"AddGroupTargetToRole": func(p part) ([]string, error) {
			return v2None(u.AddGroupTargetToRole(u.ctx, p.ID, p.roleID(), p.group))
		},
		"RemoveGroupTargetFromRole": func(p part) ([]string, error) {
			return v2None(u.RemoveGroupTargetFromRole(u.ctx, p.ID, p.roleID(), p.group))
		},
		"ListApplicationTargetsForApplicationAdministratorRoleForUser": func(p part) ([]string, error) {
			named := func(x *v2.CatalogApplication) string { return x.Name }
			return v2All(u, named)(u.ListApplicationTargetsForApplicationAdministratorRoleForUser(u.ctx, p.ID, p.roleID(), nil))
		},
		"AddAllAppsAsTargetToRole": func(p part) ([]string, error) { return v2None(u.AddAllAppsAsTargetToRole(u.ctx, p.ID, p.roleID())) },
		"AddApplicationTargetToAdminRoleForUser": func(p part) ([]string, error) {
			return v2None(u.AddApplicationTargetToAdminRoleForUser(u.ctx, p.ID, p.roleID(), p.app))
		},
		"AddApplicationTargetToAppAdminRoleForUser": func(p part) ([]string, error) {
			return v2None(u.AddApplicationTargetToAppAdminRoleForUser(u.ctx, p.ID, p.roleID(), p.app, p.appID))
		},
		"RemoveApplicationTargetFromApplicationAdministratorRoleForUser": func(p part) ([]string, error) {
			return v2None(u.RemoveApplicationTargetFromApplicationAdministratorRoleForUser(u.ctx, p.ID, p.roleID(), p.app))
		},
		"RemoveApplicationTargetFromAdministratorRoleForUser": func(p part) ([]string, error) {
			return v2None(u.RemoveApplicationTargetFromAdministratorRoleForUser(u.ctx, p.ID, p.roleID(), p.app, p.appID))
		},
	}
}

func v2User(x *v2.User) []string {
	login, _ := (*x.Profile)["login"].(string)
	return []string{x.Id, x.Status, login}
}

func v2Credentials(x *v2.UserCredentials) []string {
	said := []string{x.Provider.Type, ""}
	if x.RecoveryQuestion != nil {
		said[1] = x.RecoveryQuestion.Question
	}
	return said
}

func v2None(_ *v2.Response, err error) ([]string, error) { return nil, err }

func v2One[T any](said func(T) []string) func(T, *v2.Response, error) ([]string, error) {
	return func(x T, _ *v2.Response, err error) ([]string, error) {
		if err != nil {
			return nil, err
		}
		return said(x), nil
	}
}

// v2All reads a list to its last page, by the SDK's own paging.
func v2All[T any](u second, said func(T) string) func([]T, *v2.Response, error) ([]string, error) {
	return func(list []T, r *v2.Response, err error) (all []string, _ error) {
		for ; err == nil; r, err = r.Next(u.ctx, &list) {
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

// v2First takes the id of the first of a list.
func v2First[T any](id func(T) string) func([]T, *v2.Response, error) first {
	return func(list []T, _ *v2.Response, err error) first {
		if err != nil || len(list) == 0 {
			return first{err: cmp.Or(err, errEmpty())}
		}
		return first{id: id(list[0])}
	}
}

// self is the address in links of no declared type.
func self(links any) string {
	of, _ := links.(map[string]any)
	at, _ := of["self"].(map[string]any)
	href, _ := at["href"].(string)
	return href
}
