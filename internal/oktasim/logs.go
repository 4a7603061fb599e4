package oktasim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const bucketLogs = "/api/v1/logs"

func logsRoutes() []route {
	return []route{reading("ListLogEvents", "/api/v1/logs", bucketLogs, (*Org).listEvents)}
}

// listEvents serves the system log. A next page is always announced: a poller
// follows it for ever, and finds what has come since.
func (o *Org) listEvents(c *call, _ *person) (answer, error) {
	limit, err := c.limitUpTo(100, 1000)
	if err != nil {
		return answer{}, err
	}
	fits, err := o.eventFilter(c)
	if err != nil {
		return answer{}, err
	}
	newest := strings.EqualFold(c.query.Get("sortOrder"), "DESCENDING")
	rest, err := o.events.after(c.query.Get("after"), newest)
	if err != nil {
		return answer{}, err
	}
	last, list := c.query.Get("after"), []object{}
	for _, e := range rest {
		if len(list) == limit {
			break
		}
		if fits(e) {
			last, list = strconv.Itoa(e.seq), append(list, e.object(o.opts.Seed))
		}
	}
	if last == "" { // nothing yet: everything to come is new
		last = "0"
	}
	o.linkEvents(c, limit, last)
	return answer{status: http.StatusOK, body: list}, nil
}

func (o *Org) linkEvents(c *call, limit int, last string) {
	at := func(after string) string {
		params := []pair{{"after", after}, {"limit", strconv.Itoa(limit)}}
		for _, name := range []string{"since", "until", "filter", "q", "sortOrder"} {
			params = append(params, pair{name, c.query.Get(name)})
		}
		return href(c.base+"/api/v1/logs", params...)
	}
	o.links(c, at(c.query.Get("after")), at(last))
}

// after returns the events that follow a cursor, which is the number of an
// event, in the order asked for.
func (e *events) after(cursor string, newest bool) ([]event, error) {
	all := slices.Clone(e.list)
	if newest {
		slices.Reverse(all)
	}
	if cursor == "" {
		return all, nil
	}
	n, err := strconv.Atoi(cursor)
	if err != nil || n < 0 {
		return nil, errSearch("Invalid cursor.")
	}
	return slices.DeleteFunc(all, func(v event) bool { return v.seq == n || (v.seq < n) != newest }), nil
}

// eventFilter joins since, until, filter and q. Without since it is the last
// seven days.
func (o *Org) eventFilter(c *call) (func(event) bool, error) {
	since, err := c.instant("since", c.now.Add(-7*day))
	if err != nil {
		return nil, err
	}
	until, err := c.instant("until", time.Time{})
	if err != nil {
		return nil, err
	}
	all := []string{"eq", "sw", "co"}
	filter, err := vocabulary{
		"target.id": all, "actor.id": all, "eventType": all, "outcome.result": all, "outcome.reason": all, "uuid": {"eq"},
		"target.alternateId": all, "actor.alternateId": all, "severity": {"eq"}, "displayMessage": all,
	}.read(c.query.Get("filter"))
	if err != nil {
		return nil, err
	}
	words := strings.Fields(strings.ToLower(c.query.Get("q")))
	return func(e event) bool {
		return !e.at.Before(since) && (until.IsZero() || e.at.Before(until)) && e.mentions(words) &&
			slices.ContainsFunc(e.targets(), func(t party) bool {
				return filter.holds(func(attr string) string { return e.attribute(attr, t, o.opts.Seed) }, true)
			})
	}, nil
}

// instant reads a parameter; what Okta says to one that is no date is not
// established.
func (c *call) instant(name string, missing time.Time) (time.Time, error) {
	text := c.query.Get(name)
	if text == "" {
		return missing, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, errInvalid(name, name+": must be a date")
	}
	return t, nil
}

// mentions reports whether every word is somewhere in the event.
func (e event) mentions(words []string) bool {
	text := strings.ToLower(strings.Join([]string{
		e.kind, e.message, e.result, e.reason, e.actor.id, e.actor.login, e.actor.name, e.target.id, e.target.login, e.target.name,
	}, " "))
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}

// targets are whom or what the event is about.
func (e event) targets() []party {
	if e.into.id == "" {
		return []party{e.target}
	}
	return []party{e.target, e.into}
}

// attribute is what a filter compares, of one of the targets.
func (e event) attribute(name string, target party, seed uint64) string {
	switch name {
	case "target.id":
		return target.id
	case "target.alternateId":
		return target.login
	case "actor.id":
		return e.actor.id
	case "actor.alternateId":
		return e.actor.login
	case "eventType":
		return e.kind
	case "outcome.result":
		return e.result
	case "outcome.reason":
		return e.reason
	case "severity":
		return e.severity()
	case "uuid":
		return e.uuid(seed)
	}
	return e.message
}

func (e event) severity() string {
	if e.result == "FAILURE" {
		return "WARN"
	}
	return "INFO"
}

func (e event) object(seed uint64) object {
	var reason any
	if e.reason != "" {
		reason = e.reason
	}
	return object{
		{"actor", e.actor.object()},
		{"client", object{
			{"userAgent", nil}, {"zone", "null"}, {"device", "Unknown"}, {"id", nil}, {"ipAddress", "192.0.2.10"}, {"geographicalContext", nil},
		}},
		{"authenticationContext", object{{"authenticationStep", 0}, {"externalSessionId", "unknown"}}},
		{"displayMessage", e.message},
		{"eventType", e.kind},
		{"outcome", object{{"result", e.result}, {"reason", reason}}},
		{"published", e.at},
		{"securityContext", object{}},
		{"severity", e.severity()},
		{"debugContext", object{{"debugData", object{}}}},
		{"legacyEventType", nil},
		{"transaction", object{{"type", "WEB"}, {"id", "unknown"}, {"detail", object{}}}},
		{"uuid", e.uuid(seed)},
		{"version", "0"},
		{"request", object{{"ipChain", []object{}}}},
		{"target", e.objects()},
	}
}

func (e event) objects() (out []object) {
	for _, t := range e.targets() {
		out = append(out, t.object())
	}
	return out
}

func (p party) object() object {
	return object{
		{"id", p.id}, {"type", p.kind}, {"alternateId", p.login}, {"displayName", p.name}, {"detailEntry", nil},
	}
}
