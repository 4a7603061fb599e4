package oktasim

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// matrix is status x operation, in the order of statuses(): what the person
// becomes, "=" for no change, or the error.
func matrix() map[string][8]string {
	const (
		no16, no17, no32 = "403 E0000016", "403 E0000017", "403 E0000032"
		no38, no1, no7   = "403 E0000038", "400 E0000001", "404 E0000007"
	)
	return map[string][8]string{
		//                 STAGED         PROVISIONED    ACTIVE           RECOVERY       PASSWORD_EXP.    LOCKED_OUT     SUSPENDED      DEPROVISIONED
		"activate":                           {active, no16, no16, no16, no16, no16, no16, provisioned},
		"reactivate":                         {no38, "=", no38, "=", no38, no38, no38, no38},
		"deactivate":                         {deprovisioned, deprovisioned, deprovisioned, deprovisioned, deprovisioned, deprovisioned, deprovisioned, no7},
		"suspend":                            {no1, suspended, suspended, no1, suspended, no1, no1, no1},
		"unsuspend":                          {no1, no1, no1, no1, no1, no1, active, no1},
		"unlock":                             {no32, no32, no32, no32, no32, active, no32, no32},
		"expire_password":                    {no38, no38, passwordExpired, no38, "=", no38, no38, no38},
		"expire_password_with_temp_password": {no38, no38, passwordExpired, no38, "=", no38, no38, no38},
		"reset_password":                     {no17, recovery, recovery, "=", recovery, recovery, no17, no17},
		"reset_factors":                      {"=", "=", "=", "=", "=", "=", "=", "="},
	}
}

func TestEveryActFromEveryStatus(t *testing.T) {
	o := New(Options{People: 50, Start: begin(), Limit: 10_000})
	id := o.FirstWith(active).ID
	for act, row := range matrix() {
		for i, status := range statuses() {
			o.SetStatus(id, status)
			before := o.Snapshot()
			o.Advance(time.Minute)
			r := post(t, o, userPath(id, "/lifecycle/"+act))
			after, _ := o.Person(id)
			want := row[i]
			if len(want) > 3 && want[3] == ' ' {
				if r.code != int(want[0]-'0')*100+int(want[2]-'0')+10*int(want[1]-'0') || r.text("errorCode") != want[4:] {
					t.Errorf("%s from %s: %d %s, want %s", act, status, r.code, r.body, want)
				}
				if o.Snapshot() != before {
					t.Errorf("%s from %s was refused and changed something", act, status)
				}
				continue
			}
			if want == "=" {
				want = status
			}
			if r.code != 200 || after.Status != want {
				t.Errorf("%s from %s: %d, now %s, want %s", act, status, r.code, after.Status, want)
			}
		}
	}
}

func TestRefusalsInOktasWords(t *testing.T) {
	o := small(t)
	id := o.FirstWith(recovery).ID
	for act, want := range map[string]struct {
		status      int
		code, words string
		causes      []string
	}{
		"activate":        {403, "E0000016", "Activation failed because the user is already active", nil},
		"expire_password": {403, "E0000038", "This operation is not allowed in the user's current status.", nil},
		"suspend":         {400, "E0000001", "Api validation failed: suspendUser", []string{"Cannot suspend a user that is not active"}},
		"unsuspend":       {400, "E0000001", "Api validation failed: suspendUser", []string{"Cannot unsuspend a user that is not suspended"}},
		"unlock":          {403, "E0000032", "Unlock is not allowed for this user.", []string{"The user is not locked out."}},
	} {
		r := post(t, o, userPath(id, "/lifecycle/"+act))
		r.wantError(want.status, want.code, want.causes...)
		if r.text("errorSummary") != want.words {
			t.Errorf("%s: %q", act, r.text("errorSummary"))
		}
	}
	gone := o.FirstWith(deprovisioned).ID
	r := post(t, o, userPath(gone, "/lifecycle/deactivate"))
	r.wantError(404, "E0000007")
	if r.text("errorSummary") != "Not found: Resource not found: "+gone+" (User)" {
		t.Errorf("%s", r.body)
	}
}

func TestActivateStagedWithAndWithoutPassword(t *testing.T) {
	o := New(Options{Start: begin()})
	seen := map[string]bool{}
	for _, p := range o.People() {
		if p.Status != staged {
			continue
		}
		had := strings.Contains(string(get(t, o, userPath(p.ID, "")).body), `"password":{}`)
		post(t, o, userPath(p.ID, "/lifecycle/activate")).wantCode(200)
		now, _ := o.Person(p.ID)
		if (now.Status == active) != had || (now.Status == provisioned) == had {
			t.Fatalf("password %v, became %s", had, now.Status)
		}
		seen[now.Status] = true
		if len(seen) == 2 {
			return
		}
	}
	t.Fatal("the company has only one kind of STAGED people")
}

func TestLinksAndPasswordsAreHandedOut(t *testing.T) {
	o := small(t)
	for _, c := range []struct{ status, target, key, form string }{
		{staged, "activate?sendEmail=false", "activationUrl", `^https://brightwater\.okta\.example/tokens/[0-9A-Za-z]{20}/verify$`},
		{staged, "activate?sendEmail=False", "activationToken", `^[0-9A-Za-z]{20}$`},
		{provisioned, "reactivate?sendEmail=false", "activationUrl", `/tokens/[0-9A-Za-z]{20}/verify$`},
		{recovery, "reactivate", "activationToken", `^[0-9A-Za-z]{20}$`},
		{active, "reset_password?sendEmail=false", "resetPasswordUrl", `^https://brightwater\.okta\.example/reset_password/[0-9A-Za-z]{20}$`},
		{active, "expire_password_with_temp_password", "tempPassword", `^[0-9A-Za-z]{12}$`},
		{active, "expire_password?tempPassword=true", "tempPassword", `^[0-9A-Za-z]{12}$`},
	} {
		id := o.FirstWith(c.status).ID
		r := post(t, o, userPath(id, "/lifecycle/"+c.target)).wantCode(200)
		if !regexp.MustCompile(c.form).MatchString(r.text(c.key)) {
			t.Errorf("%s from %s: %s", c.target, c.status, r.body)
		}
		o.SetStatus(id, c.status)
	}
	for _, c := range []struct{ status, target string }{
		{staged, "activate"}, {provisioned, "reactivate?sendEmail=true"}, {active, "reset_password"}, {active, "suspend"},
	} {
		r := post(t, o, userPath(o.FirstWith(c.status).ID, "/lifecycle/"+c.target)).wantCode(200)
		if string(r.body) != "{}" {
			t.Errorf("%s from %s: %s", c.target, c.status, r.body)
		}
	}
}

func TestExpirePasswordAnswersThePerson(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	r := post(t, o, userPath(id, "/lifecycle/expire_password")).wantCode(200)
	if r.text("id") != id || r.text("status") != passwordExpired {
		t.Errorf("%s", r.body)
	}
	if etag := r.head.Get("ETag"); etag != "" {
		t.Errorf("ETag %s on an answer that had none when recorded", etag)
	}
}

func TestDatesFollowTheActs(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	before := get(t, o, userPath(id, ""))
	o.Advance(time.Hour)
	now := o.Now().UTC().Format(stamp)[:13]

	post(t, o, userPath(id, "/lifecycle/expire_password"))
	r := get(t, o, userPath(id, ""))
	for _, name := range []string{"statusChanged", "lastUpdated"} {
		if got := r.text(name); !strings.HasPrefix(got, now) || !strings.HasSuffix(got, ":00.000Z") && !strings.HasSuffix(got, ".000Z") {
			t.Errorf("%s %s, want about %s", name, got, now)
		}
	}
	if r.text("passwordChanged") != before.text("passwordChanged") {
		t.Error("expiring a password changed it")
	}
	o.Advance(time.Hour)
	post(t, o, userPath(id, "/lifecycle/expire_password_with_temp_password"))
	again := get(t, o, userPath(id, ""))
	if again.text("statusChanged") != r.text("statusChanged") {
		t.Error("the status stayed and its date did not")
	}
	if again.text("passwordChanged") == r.text("passwordChanged") || again.text("passwordChanged") != again.text("lastUpdated") {
		t.Errorf("passwordChanged %s, lastUpdated %s", again.text("passwordChanged"), again.text("lastUpdated"))
	}
}

func TestActsEndSessionsAndEnrolments(t *testing.T) {
	o := small(t)
	for _, c := range []struct {
		target            string
		sessions, factors bool // left
	}{
		{"suspend", false, true},
		{"deactivate", false, true},
		{"reset_factors", true, false},
		{"reset_password", true, true},
		{"reset_password?revokeSessions=true", false, true},
		{"expire_password", true, true},
		{"expire_password_with_temp_password", true, true},
		{"expire_password_with_temp_password?revokeSessions=TRUE", false, true},
	} {
		p := o.FirstWith(active)
		if p.Sessions == 0 || p.Factors == 0 {
			t.Fatalf("FirstWith gave somebody without sessions or factors: %+v", p)
		}
		post(t, o, userPath(p.ID, "/lifecycle/"+c.target)).wantCode(200)
		after, _ := o.Person(p.ID)
		if (after.Sessions > 0) != c.sessions || (after.Factors > 0) != c.factors {
			t.Errorf("%s: %d sessions, %d factors left", c.target, after.Sessions, after.Factors)
		}
		o.SetStatus(p.ID, suspended) // the next row takes the next person
	}
}

func TestPasswordsOfOthersAreLeftAlone(t *testing.T) {
	o := New(Options{Start: begin()})
	var federated, directory string
	for _, p := range o.people {
		switch p.provider.kind {
		case "FEDERATION":
			federated = p.id
		case "ACTIVE_DIRECTORY":
			directory = p.id
		}
	}
	post(t, o, userPath(federated, "/lifecycle/expire_password")).wantError(403, "E0000038")
	if links := get(t, o, userPath(federated, "")).at("_links").(map[string]any); links["expirePassword"] != nil {
		t.Error("a federated person is offered expirePassword")
	}
	o.SetStatus(directory, lockedOut)
	post(t, o, userPath(directory, "/lifecycle/unlock")).wantError(403, "E0000032")
}

func TestTemporaryPasswordsFitAPolicy(t *testing.T) {
	o := small(t)
	seen := map[string]bool{}
	for range 200 {
		p := o.temporary()
		kinds := []string{"0123456789", base62[10:36], base62[36:]}
		if len(p) != 12 || seen[p] || slices.ContainsFunc(kinds, func(k string) bool { return !strings.ContainsAny(p, k) }) {
			t.Fatalf("temporary password %q", p)
		}
		seen[p] = true
	}
}

// Leaving takes the password and everything that kept the person signed in;
// coming back begins without a password.
func TestDeactivatedAndBack(t *testing.T) {
	o := small(t)
	p := o.FirstWith(active)
	before := get(t, o, userPath(p.ID, ""))
	post(t, o, userPath(p.ID, "/lifecycle/deactivate")).wantCode(200)
	gone, _ := o.Person(p.ID)
	if gone.Sessions+gone.Tokens+gone.Devices != 0 {
		t.Errorf("%+v", gone)
	}
	if r := get(t, o, userPath(p.ID, "")); r.at("credentials/password") != nil || r.text("activated") != before.text("activated") {
		t.Errorf("%s", r.body)
	}
	o.Advance(time.Hour)
	post(t, o, userPath(p.ID, "/lifecycle/activate")).wantCode(200)
	if r := get(t, o, userPath(p.ID, "")); r.text("status") != provisioned || r.text("activated") == before.text("activated") {
		t.Errorf("%s", r.body)
	}
}
