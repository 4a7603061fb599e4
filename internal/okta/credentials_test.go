package okta

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
)

// TestCredentialsAnswers: without Okta's word that there is a password now,
// nobody knows.
func TestCredentialsAnswers(t *testing.T) {
	s := NewSecret("x")
	for body, ok := range map[string]bool{credBody: true, `{"password":{}}`: true, `{}`: false, `[]`: false, `{"password":null}`: false, `<html>`: false, ``: false} {
		err := client(t, says(200, body)).Credentials.ChangePassword(t.Context(), ann, s, s, false, false)
		if ok != (err == nil) || !ok && !IsUnsure(err) {
			t.Errorf("%s: %v", body, err)
		}
	}
	if err := client(t, says(204, ``)).Credentials.ForgotPasswordSetNewPassword(t.Context(), ann, s, s); !IsUnsure(err) {
		t.Error(err)
	}
}

// TestSecretsInBodies: no empty secret goes out, and none is told by an error.
func TestSecretsInBodies(t *testing.T) {
	var got []seen
	c := client(t, record(&got, says(403, `{"errorCode":"E0000014","errorSummary":"not opensesame"}`))).Credentials
	ctx, s, none := t.Context(), NewSecret("opensesame"), Secret{}
	for i, err := range []error{
		c.ChangePassword(ctx, ann, none, s, false, false),
		c.ChangePassword(ctx, ann, s, none, true, true),
		c.ChangeRecoveryQuestion(ctx, ann, none, "What?", s),
		c.ChangeRecoveryQuestion(ctx, ann, s, "What?", none),
		c.ForgotPasswordSetNewPassword(ctx, ann, none, s),
		c.ForgotPasswordSetNewPassword(ctx, ann, s, NewSecret("\xc3")),
	} {
		if e, ok := asError(err); !ok || IsUnsure(err) || e.Status != 0 || len(got) > 0 {
			t.Errorf("%d: %v, sent %+v", i, err, got)
		}
	}
	err := c.ChangePassword(ctx, ann, s, s, false, false)
	if e, ok := asError(err); !ok || e.Code != "E0000014" || strings.Contains(err.Error(), "opensesame") || !strings.Contains(got[0].body, `"opensesame"`) {
		t.Errorf("%v, sent %+v", err, got)
	}
}

// TestBare: a secret on its way shows itself to the encoder alone.
func TestBare(t *testing.T) {
	v := valueOf(NewSecret("opensesame"))
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "a", v.Value, "b", *v)
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %s %q", v, v, v, v, v), fmt.Sprintf("%v %d", *v, v.Value), v.Value.String(), log.String()} {
		if strings.Contains(text, "sesame") {
			t.Error(text)
		}
	}
	if b, err := json.Marshal(v); err != nil || string(b) != `{"value":"opensesame"}` {
		t.Errorf("%s, %v", b, err)
	}
}

// TestBodyOnceMore: a change that Okta did not take for its rate goes out again
// whole.
func TestBodyOnceMore(t *testing.T) {
	var got []seen
	tries := 0
	c := client(t, record(&got, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if tries++; tries == 1 {
			says(429, `{"errorCode":"E0000047"}`, "X-Rate-Limit-Limit: 0", "X-Rate-Limit-Remaining: 0", "X-Rate-Limit-Reset: 0")(w, r)
			return
		}
		says(200, credBody)(w, r)
	})))
	s := NewSecret("opensesame")
	if err := c.Credentials.ChangePassword(t.Context(), ann, s, s, false, false); err != nil || len(got) != 2 {
		t.Fatal(err, got)
	}
	if got[0].body != got[1].body || got[1].body == "" || got[1].length[0] != got[0].length[0] {
		t.Errorf("%+v", got)
	}
}
