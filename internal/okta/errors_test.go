package okta

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func asError(err error) (*Error, bool) { return errors.AsType[*Error](err) }

func isErr(err, target error) bool { return errors.Is(err, target) }

func TestErrorBodies(t *testing.T) {
	for name, c := range map[string]struct {
		status  int
		headers []string
		body    string
		want    Error
	}{
		"okta": {
			403,
			[]string{"X-Okta-Request-Id: 77e0"},
			`{"errorCode":"E0000032","errorSummary":"Unlock is not allowed.","errorLink":"E0000032","errorId":"oae9_-x","errorCauses":[{"errorSummary":"The user is not locked out."},{"errorSummary":"b"}]}`,
			Error{Code: "E0000032", Summary: "Unlock is not allowed.", ID: "oae9_-x", RequestID: "77e0", Causes: []string{"The user is not locked out.", "b"}},
		},
		"oauth": {
			400, nil, `{"error":"invalid_dpop_proof","error_description":"The proof is missing."}`,
			Error{Code: "invalid_dpop_proof", Summary: "The proof is missing."},
		},
		"edge":           {404, nil, `{"status":404,"message":"Resource not found"}`, Error{Summary: "Resource not found", Err: errForeign}},
		"error object":   {400, nil, `{"error":{"code":1},"errorCode":"E0000001"}`, Error{Code: "E0000001"}},
		"causes text":    {400, nil, `{"errorCode":"E0000001","errorCauses":"none"}`, Error{Code: "E0000001"}},
		"html":           {404, []string{"Content-Type: text/html"}, `<html>secret</html>`, Error{Err: errForeign}},
		"empty":          {404, nil, ``, Error{Err: errForeign}},
		"null":           {404, nil, `null`, Error{Err: errForeign}},
		"array":          {404, nil, `[1]`, Error{Err: errForeign}},
		"code not word":  {400, nil, `{"errorCode":"E1\nforged=1","errorSummary":"a\nb"}`, Error{Summary: "a b", Err: errForeign}},
		"token in text":  {400, nil, `{"errorCode":"E0000001","errorSummary":"bad ` + testToken + `"}`, Error{Code: "E0000001", Summary: "bad [secret]"}},
		"redirect":       {302, []string{"Location: https://elsewhere.example/"}, ``, Error{Err: errStatus}},
		"another 2xx":    {202, nil, `{}`, Error{Err: errStatus}},
		"limit":          {429, nil, `{"errorCode":"E0000047"}`, Error{Code: "E0000047", RetryAfter: concurrencyHigh}},
		"not in service": {501, nil, `{"errorCode":"E0000060"}`, Error{Code: "E0000060"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client(t, says(c.status, c.body, c.headers...)).Users.Get(within(t, time.Second/4), ann)
			c.want.Op, c.want.Status = "GetUser", c.status
			got, ok := asError(err)
			if !ok {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, *got, cmp.Comparer(func(a, b error) bool { return errors.Is(a, b) })); d != "" {
				t.Error(d)
			}
			if s := err.Error(); strings.Contains(s, "secret</") || strings.ContainsAny(s, "\r\n") || strings.Contains(s, testToken) {
				t.Error(s)
			}
		})
	}
}

func TestErrorText(t *testing.T) {
	e := &Error{Op: "UnlockUser", Status: 403, Code: "E0000032", Summary: "no", Causes: []string{`<b>"`}, RequestID: "77", Err: errForeign}
	if got, want := e.Error(), `okta: UnlockUser: 403 E0000032 request 77 `+errForeign.Error(); got != want {
		t.Errorf("%s\n%s", got, want)
	}
	if got := (&Error{Op: "GetUser", Err: errFull}).Error(); got != "okta: GetUser: "+errFull.Error() {
		t.Error(got)
	}
	if got := (&Unsure{Op: "UnlockUser", Err: errFull}).Error(); !strings.Contains(got, "unknown") {
		t.Error(got)
	}
}

// TestLongErrors: what comes from outside does not decide how long a line is.
func TestLongErrors(t *testing.T) {
	causes, _ := json.Marshal(strings.Repeat("ü", 5000))
	body := `{"errorCode":"E0000001","errorCauses":[` + strings.TrimSuffix(strings.Repeat(`{"errorSummary":`+string(causes)+`},`, 50), ",") + `]}`
	_, err := client(t, says(400, body)).Users.Get(t.Context(), ann)
	if e, ok := asError(err); !ok || len(e.Causes) != maxCauses || len([]rune(e.Causes[0])) != maxText+1 {
		t.Errorf("%.200s", err)
	}
}

func TestKinds(t *testing.T) {
	type kinds struct{ notFound, limited, unauthorized, forbidden, featureOff, unsure bool }
	for name, c := range map[string]struct {
		err  error
		want kinds
	}{
		"nil":            {nil, kinds{}},
		"other":          {errForeign, kinds{}},
		"not found":      {&Error{Status: 404, Code: "E0000007"}, kinds{notFound: true}},
		"404 of an edge": {&Error{Status: 404}, kinds{}},
		"no such path":   {&Error{Status: 404, Code: "E0000008"}, kinds{}},
		"dead token":     {&Error{Status: 401, Code: "E0000011"}, kinds{unauthorized: true}},
		"feature off":    {&Error{Status: 401, Code: "E0000015"}, kinds{featureOff: true}},
		"no right":       {&Error{Status: 403, Code: "E0000006"}, kinds{forbidden: true}},
		"no scope":       {&Error{Status: 403, Code: "insufficient_scope"}, kinds{forbidden: true}},
		"wrong status":   {&Error{Status: 403, Code: "E0000032"}, kinds{}},
		"limited":        {&Error{Status: 429}, kinds{limited: true}},
		"unsure":         {&Unsure{Err: &Error{Status: 503}}, kinds{unsure: true}},
	} {
		wrapped := c.err
		if c.err != nil {
			wrapped = errors.Join(errors.New("around it"), c.err)
		}
		_, limited := IsLimited(wrapped)
		got := kinds{IsNotFound(wrapped), limited, IsUnauthorized(wrapped), IsForbidden(wrapped), IsFeatureOff(wrapped), IsUnsure(wrapped)}
		if got != c.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func FuzzDecodeError(f *testing.F) {
	for _, s := range []string{
		``, `{}`, `null`, `[]`, `{"errorCode":"E0000007","errorSummary":"x (User)","errorId":"oae1","errorCauses":[{"errorSummary":"y"}]}`,
		`{"error":"invalid_request","error_description":"z"}`, `{"errorCode":"a\u0000b"}`, `{"errorCauses":[null,1]}`, `<html>`,
		`{"errorSummary":"` + testToken + `"}`, `{"errorSummary":"\ud800"}`,
	} {
		f.Add(404, []byte(s))
	}
	c, err := New(Config{URL: "https://brightwater.okta.com", Token: NewSecret(testToken)})
	if err != nil {
		f.Fatal(err)
	}
	op := c.ops[getUser]
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		e := c.refusal(op, answer{status: status, body: body})
		if e.Status != status || e.Op != "GetUser" {
			t.Errorf("%+v", e)
		}
		if s := e.Error(); strings.ContainsAny(s, "\r\n\x00") || strings.Contains(s, testToken) || len(s) > 200+(maxCauses+1)*(maxText+4)*10 {
			t.Errorf("%q", s)
		}
	})
}

// TestSiblings: a call that was given up because its sibling failed does not
// take that sibling's error for its own, nor write into it.
func TestSiblings(t *testing.T) {
	sibling := &Error{Op: "GetUser", Status: 404, Code: codeNotFound}
	got := lost(Operation{Name: "ListFactors", Method: http.MethodGet}, sibling)
	if e, ok := asError(got); !ok || e == sibling || e.Op != "ListFactors" || e.Status != 0 || sibling.Op != "GetUser" || !errors.Is(got, context.Canceled) {
		t.Errorf("%+v from %+v", got, sibling)
	}
}
