package oktasim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Whole recorded conversations are led again: each step is sent as it was
// recorded, with ids, custom attributes and link names of this organisation,
// and must give the same status; a person's status and the length of a list of
// theirs must be the same too.
func TestRecordedConversations(t *testing.T) {
	dir := os.Getenv("OKTA_CORPUS")
	if dir == "" {
		t.Log("OKTA_CORPUS is not set: no conversation was led")
		return
	}
	files, _ := filepath.Glob(filepath.Join(dir, "seq", "*.json"))
	led, left := 0, map[string]int{}
	for _, file := range files {
		var c struct{ Steps []exchange }
		readJSON(t, file, &c)
		talk := newConversation(t, filepath.Base(file))
		for i, step := range c.Steps {
			if why := notLed(filepath.Base(file), step); why != "" {
				left[why]++
				continue
			}
			talk.step(i, step)
			led++
		}
	}
	t.Logf("%d conversations, %d steps led, left out: %v", len(files), led, left)
	if len(files) < 30 || led < 400 {
		t.Errorf("only %d steps of %d conversations were led", led, len(files))
	}
}

// notLed names why a step has no counterpart here. Those that make something
// the later steps need are done to the organisation from outside.
func notLed(file string, e exchange) string {
	switch {
	case e.Operation == "x-getFactor":
		return "one factor is not read by itself here"
	case e.Operation == "x-getGroup" || e.Operation == "x-getLinkedObjectDefinition":
		return "groups and relations of the recording are stood in for"
	case e.Operation == "ListAssignedRolesForUser" && strings.HasPrefix(file, "TestAccOktaAdminRoleCustomAssignments"):
		return "the role came from a resource set whose making was not recorded"
	}
	return ""
}

type conversation struct {
	t    *testing.T
	file string
	org  *Org
	mine map[string]string // recorded id -> id here
}

// givenPassword stands for one that the recording left out.
const givenPassword = "Xfbxeqzm767xyv"

func newConversation(t *testing.T, file string) *conversation {
	t.Helper()
	o := New(Options{People: 50, Start: begin(), Limit: 1 << 30})
	o.schema.learn("array123", []any{"x"})
	o.schema.learn("number123", 1.0)
	return &conversation{t: t, file: file, org: o, mine: map[string]string{
		"testAcc_3849317781": "manager", "testAcc_subordinate": "subordinate",
	}}
}

func (c *conversation) here(text string) string {
	for theirs, mine := range c.mine {
		text = strings.ReplaceAll(text, theirs, mine)
	}
	return text
}

func (c *conversation) step(i int, e exchange) {
	c.org.Advance(time.Second)
	if c.outside(e) {
		return
	}
	query := url.Values{}
	for name, v := range e.Request.Query {
		if name == "after" {
			v = cursorMark + v[1:] // the digit in front differs between organisations
		}
		query.Set(name, c.here(v))
	}
	body := c.here(c.body(e))
	r := httptest.NewRequest(e.Request.Method, "https://x.example"+c.here(e.Request.Path)+"?"+query.Encode(), strings.NewReader(body))
	r.Header.Set("Authorization", "SSWS "+c.org.Token())
	got := send(c.t, c.org, r)
	if got.code != e.Response.Status {
		c.t.Errorf("%s, step %d: %s is %d, recorded %d: %s", c.file, i, e.Operation, got.code, e.Response.Status, got.body)
		return
	}
	c.learn(e, got)
	c.compare(i, e, got)
}

// learn remembers which id here stands for which recorded one.
func (c *conversation) learn(e exchange, got reply) {
	if e.Operation == "CreateUser" || e.Operation == "AssignRoleToUser" {
		var was struct {
			ID   string
			Type any
		}
		_ = json.Unmarshal(e.Response.Body, &was)
		c.mine[was.ID] = got.text("id")
		if kind, ok := was.Type.(map[string]any); ok {
			c.mine[kind["id"].(string)] = c.org.typeID
		}
	}
}

func (c *conversation) compare(i int, e exchange, got reply) {
	var was struct{ Status string }
	if json.Unmarshal(e.Response.Body, &was) == nil && was.Status != "" && got.text("status") != was.Status {
		c.t.Errorf("%s, step %d: %s: now %s, recorded %s", c.file, i, e.Operation, got.text("status"), was.Status)
	}
	var list []any
	if e.Operation != "ListUsers" && json.Unmarshal(e.Response.Body, &list) == nil && list != nil {
		if here := len(got.decoded().([]any)); here != len(list) {
			c.t.Errorf("%s, step %d: %s: %d entries, recorded %d", c.file, i, e.Operation, here, len(list))
		}
	}
}

// outside does what another administrator, or the person, did meanwhile.
func (c *conversation) outside(e exchange) bool {
	segments := strings.Split(c.here(e.Request.Path), "/")
	var was struct{ ID, Name string }
	_ = json.Unmarshal(e.Response.Body, &was)
	switch e.Operation {
	case "x-createGroup":
		c.mine[was.ID] = c.org.newGroup(was.ID, "", c.org.Now()).id
	case "x-addUserToGroup", "x-removeUserFromGroup":
		g := c.org.groupByID(segments[4])
		c.org.change(segments[6], func(p *person, _ time.Time) {
			p.groups = slices.DeleteFunc(slices.Clone(p.groups), func(h *group) bool { return h == g })
			if e.Request.Method == http.MethodPut {
				p.groups = append(p.groups, g)
			}
		})
	case "x-createLinkedObjectDefinition":
	case "x-enrollFactor":
		id := "mbl" + was.ID[3:]
		c.mine[was.ID] = id
		c.org.change(segments[4], func(p *person, now time.Time) {
			p.factors = append(slices.Clone(p.factors), factor{id: id, kind: "sms", created: now})
		})
	default:
		return false
	}
	return true
}

// body is what was sent. Where the recording does not have it, it is made from
// what came of it.
func (c *conversation) body(e exchange) string {
	if len(e.Request.Body) > 0 && string(e.Request.Body) != "null" {
		return string(e.Request.Body)
	}
	var was struct {
		Profile     json.RawMessage
		Question    *struct{ Question string } `json:"recovery_question"`
		Credentials struct{ Password any }
	}
	_ = json.Unmarshal(e.Response.Body, &was)
	const fresh = "Ylkru84nvqpAb"
	switch e.Operation {
	case "CreateUser", "UpdateUser":
		if was.Credentials.Password == nil {
			return fmt.Sprintf(`{"profile":%s}`, was.Profile)
		}
		return fmt.Sprintf(`{"profile":%s,"credentials":{"password":{"value":%q}}}`, was.Profile, givenPassword)
	case "ChangePassword":
		return fmt.Sprintf(`{"oldPassword":{"value":%q},"newPassword":{"value":%q}}`, givenPassword, fresh)
	case "ChangeRecoveryQuestion":
		return fmt.Sprintf(`{"password":{"value":%q},"recovery_question":{"question":%q,"answer":"a long story"}}`, givenPassword, was.Question.Question)
	case "ForgotPassword":
		return fmt.Sprintf(`{"password":{"value":%q},"recovery_question":{"answer":"a long story"}}`, fresh)
	case "AssignRoleToUser":
		return `{"type":"USER_ADMIN"}`
	}
	return ""
}
