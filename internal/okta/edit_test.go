package okta

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestCreateIsAboutTheLogin: an answer about somebody else leaves open what was
// made.
func TestCreateIsAboutTheLogin(t *testing.T) {
	asked := NewUser{Profile: profile(`{"login":"ann@brightwater.example"}`)}
	for body, ok := range map[string]bool{
		`{"id":"` + annID + `","profile":{"login":"ANN@brightwater.example"}}`: true,
		`{"id":"` + annID + `","profile":{"login":"bob@brightwater.example"}}`: false,
		`{"id":"` + annID + `","profile":{}}`:                                  false,
		`{"profile":{"login":"ann@brightwater.example"}}`:                      false,
		`{}`: false, `[]`: false, `null`: false,
	} {
		u, err := client(t, says(200, body)).Users.Create(t.Context(), asked)
		if ok != (err == nil) || ok != (u.ID == ann) || !ok && !IsUnsure(err) {
			t.Errorf("%s: %+v, %v", body, u, err)
		}
	}
}

// TestEditsThatAreNotSent: what cannot be meant is refused before it goes out.
func TestEditsThatAreNotSent(t *testing.T) {
	var got []seen
	c := client(t, record(&got, says(200, person(annID))))
	ctx, p := t.Context(), profile(`{"title":"Smith","login":"a"}`)
	broken := Profile{"login": []byte(`"a"`), "title": []byte(`"the secret`)}
	for name, err := range map[string]error{
		"nobody's login":       second(c.Users.Create(ctx, NewUser{Profile: profile(`{"email":"a@b"}`)})),
		"too many groups":      second(c.Users.Create(ctx, NewUser{Profile: p, Groups: make([]GroupID, 21)})),
		"password of no text":  second(c.Users.Create(ctx, NewUser{Profile: p, Password: NewSecret("a\xff")})),
		"no JSON":              second(c.Users.Create(ctx, NewUser{Profile: broken})),
		"nothing to change":    second(c.Users.Update(ctx, ann, Profile{}, "")),
		"nothing to put there": second(c.Users.Replace(ctx, ann, nil, "")),
		"no JSON, changed":     second(c.Users.Update(ctx, ann, broken, "")),
		"a tag of two lines":   second(c.Users.Update(ctx, ann, p, "W/\"a\"\nX: y")),
		"an endless tag":       second(c.Users.Update(ctx, ann, p, strings.Repeat("a", 600))),
	} {
		if e, ok := asError(err); !ok || IsUnsure(err) || e.Op == "" || e.Status != 0 || strings.Contains(err.Error(), "secret") && name != "password of no text" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(got) > 0 {
		t.Errorf("sent %+v", got)
	}
}

func TestStale(t *testing.T) {
	var got []seen
	c := client(t, record(&got, says(412, `{"errorCode":"E0000231"}`)))
	_, err := c.Users.Update(t.Context(), ann, profile(`{"title":null}`), `W/"3f"`)
	if !IsStale(err) || IsUnsure(err) || len(got) != 1 || got[0].header.Get("If-Match") != `W/"3f"` {
		t.Errorf("%v, %+v", err, got)
	}
	_, err = client(t, says(409, `{"errorCode":"E0000231"}`)).Users.Replace(t.Context(), ann, profile(`{"a":1}`), "")
	if IsStale(err) {
		t.Error(err)
	}
	u, err := client(t, says(200, person(annID), `ETag: W/"40"`)).Users.Update(t.Context(), ann, profile(`{"a":1}`), "")
	if err != nil || u.ETag != `W/"40"` {
		t.Error(u.ETag, err)
	}
	for _, id := range []string{bobID, ""} {
		_, err = client(t, says(200, person(id))).Users.Update(t.Context(), ann, profile(`{"a":1}`), "")
		if !IsUnsure(err) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

// TestByIDs: people come in the order they are asked for, 25 in a call, each
// once, and who is not there is left out.
func TestByIDs(t *testing.T) {
	var ids []UserID
	for i := range 60 {
		ids = append(ids, mustID(fmt.Sprintf("00uBrightwater%06d", i)))
	}
	var asked []int
	c := client(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q, _ := url.QueryUnescape(r.URL.Query().Get("search"))
		var people []string
		for part := range strings.SplitSeq(q, " or ") {
			id := strings.Trim(strings.TrimPrefix(part, "id eq "), `"`)
			if id != ids[7].String() {
				people = append([]string{person(id)}, people...)
			}
		}
		asked = append(asked, strings.Count(q, " eq "))
		says(200, "["+strings.Join(people, ",")+"]")(w, r)
	}))
	people, err := c.Users.ByIDs(t.Context(), append(ids, ids[3]))
	if err != nil || len(people) != 59 || fmt.Sprint(asked) != "[25 25 11]" {
		t.Fatal(len(people), asked, err)
	}
	for i, u := range people {
		if want := ids[i+i/7-i/7*(i/7-1)/max(i/7, 1)]; i < 7 && u.ID != want {
			t.Errorf("%d: %s, not %s", i, u.ID, want)
		}
	}
	if people[7].ID != ids[8] || people[58].ID != ids[59] {
		t.Error(people[7].ID, people[58].ID)
	}
	if none, err := c.Users.ByIDs(t.Context(), nil); err != nil || len(none) != 0 || len(asked) != 3 {
		t.Error(none, err, asked)
	}
	if _, err := c.Users.ByIDs(t.Context(), []UserID{ann, {}}); err == nil || len(asked) != 3 {
		t.Error(err)
	}
	if _, err := client(t, says(500, ``)).Users.ByIDs(t.Context(), []UserID{ann}); err == nil {
		t.Error("nobody is not the answer to a failure")
	}
}
