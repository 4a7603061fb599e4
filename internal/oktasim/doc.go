// Package oktasim is an Okta organisation in a box: a strict http.Handler with
// a company of believable people behind it. The demo runs on it, and so does
// every test that needs Okta.
//
// It is a second, independent reading of Okta's wire. It knows nothing of the
// client of this repository, and the client nothing of it: a name misread on
// one side shows up as a failing test instead of cancelling itself out. What
// was recorded from real organisations wins over documentation; where neither
// says anything, the code says "not established" and what was chosen.
//
// Rooms served: users (ListUsers, GetUser), lifecycle (all ten), sessions
// (ClearUserSessions), roles (ListAssignedRolesForUser), access
// (ListUserGroups) and, beside the 51 operations, factors (ListFactors).
//
// The organisation is of Identity Engine kind, without realms. Everything it
// says follows from Options: two organisations of one seed, start and history
// answer the same bytes. The API token alone is random.
//
// It deliberately does not do the following.
//
//   - Persist: a new Org is a new company.
//   - Serve another room: paths it does not know are 404 E0000008, also where
//     Okta has them; a known path under another method is 405 E0000022.
//   - Judge the credential's rights: its token is a super administrator's. It
//     dies (401) with its owner's account, as Okta's does. OAuth is absent.
//   - Send mail, run policies, assign applications, keep a system log.
//   - Let a count of sessions, OAuth tokens or devices grow: they only end.
//   - Take time over a change: transitioningToStatus was never seen on the
//     wire, so it never appears here. Only the search index may lag.
//   - Expire links, temporary passwords or the token.
//   - Enforce the concurrency limit: that kind of 429 comes from a Fault, or
//     by chance in unkind mode.
//   - Read expand, fields and other parameters it has no answer to: like Okta,
//     it ignores them, except expand on roles.
package oktasim
