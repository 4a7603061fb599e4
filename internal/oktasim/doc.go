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
// All 51 operations of the users API are served and, beside them, factors (list
// and reset one), device blocks, the schema of people and the definitions of
// linked objects, the system log, groups, apps, holders of roles, custom roles,
// resource sets, and the token endpoint.
//
// People of the seed with a password have "Brightwater-" and their
// employeeNumber, those with a recovery question the answer "blue". A password
// has at least eight characters, a lower and an upper case letter and a digit,
// holds no login and is not one that everybody has. Secrets are sealed: no
// answer or snapshot shows one. A password that came as a hash or through a hook
// fits nothing, for nobody signs in here.
//
// A caller has the API token, or is a service app (RegisterApp) with access
// tokens of an hour, which are bound to a key by DPoP and open what their
// scopes say. All of that goes by the organisation's clock.
//
// The organisation is of Identity Engine kind, without realms. Everything it
// says follows from Options: two organisations of one seed, start and history
// answer the same bytes. The API token, access tokens and
// nonces alone are random.
//
// It deliberately does not do the following.
//
//   - Persist: a new Org is a new company.
//   - Serve another room: paths it does not know are 404 E0000008, also where
//     Okta has them; a known path under another method is 405 E0000022.
//   - Judge the credential's rights: its token is a super administrator's, and a
//     service app needs scopes but no role. The token dies (401) with its
//     owner's account, as Okta's does.
//   - Speak OAuth for people: no sign-in, no access token but a service app's.
//     A client's grants and its refresh tokens are revoked apart.
//   - Send mail, run policies, assign applications to whoever is new: what
//     people have comes from the seed and ends with their account.
//   - Change the schema, relations, identity providers or groups over the wire.
//   - Keep a whole system log: it has what changed people here, the newest 5,000
//     lines or up to as many more, and the sign-ins that locked somebody out.
//   - Let a count of sessions, refresh tokens, grants or devices grow: they only end.
//   - Take time over a change: transitioningToStatus was never seen on the
//     wire, so it never appears here. Only the search index may lag.
//   - Expire links, temporary passwords, refresh tokens or the API token.
//   - Enforce the concurrency limit: that kind of 429 comes from a Fault, or
//     by chance in unkind mode.
//   - Read expand, fields and other parameters it has no answer to: like Okta,
//     it ignores them, except expand on roles, grants and tokens.
package oktasim
