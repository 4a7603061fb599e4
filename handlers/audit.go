package handlers

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/views"
)

// auditPage is how many acts one page of the record shows.
const auditPage = 50

// maxText is how long a text the record is searched for, in bytes.
const maxText = 200

// audit shows the record, as far as the operator may see it.
func (h *Handlers) audit(c Ctx) error {
	f, err := h.filter(c.QueryParam)
	if err != nil {
		return err
	}
	f.Before, _ = strconv.ParseInt(c.QueryParam("before"), 10, 64)
	f.Limit = auditPage + 1
	acts, own, err := h.c.Desk.Record(c.Request().Context(), actor(c), f)
	if err != nil {
		return err
	}
	state, err := h.c.Desk.RecordState(c.Request().Context(), actor(c))
	if err != nil {
		return err
	}
	props := views.AuditProps{Filter: f, Acts: acts, OwnOnly: own, State: state}
	if len(acts) > auditPage {
		props.Acts = acts[:auditPage]
		props.Next = acts[auditPage-1].Seq
	}
	fr := h.frame(c, "Record", "audit")
	if partial(c) {
		return h.render(c, http.StatusOK, views.AuditMain(fr, props))
	}
	return h.render(c, http.StatusOK, views.Audit(fr, props))
}

// filter reads what the record is searched for out of an address or a form. Days are
// those of the console's time zone.
func (h *Handlers) filter(field func(string) string) (f audit.Filter, err error) {
	f = audit.Filter{
		Text: field("q"), Who: field("who"), Actor: field("actor"), Target: field("target"), Action: field("action"), Result: field("result"), Class: field("class"),
	}
	wrong := func(name, msg string) error {
		return &desk.Error{Kind: desk.Invalid, Action: "record", Field: name, Msg: msg}
	}
	for _, s := range []string{f.Text, f.Who, f.Actor, f.Target, f.Action, f.Class} {
		if len(s) > maxText || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return f, wrong("q", "Search the record for at most 200 ordinary characters.")
		}
	}
	if f.Result != "" && !slices.Contains(audit.Results(), f.Result) {
		return f, wrong("result", "There is no such result.")
	}
	for name, at := range map[string]*time.Time{"from": &f.From, "to": &f.To} {
		s := field(name)
		if s == "" {
			continue
		}
		if *at, err = time.ParseInLocation(time.DateOnly, s, h.c.Zone); err != nil || at.Year() < 1990 || at.Year() > 2200 {
			return f, wrong(name, "Write a day as 2026-11-30.")
		}
	}
	if !f.To.IsZero() {
		f.To = f.To.AddDate(0, 0, 1) // the day itself belongs to it
	}
	return f, nil
}

// export sends the rows that match as a file, while they are read.
func (h *Handlers) export(c Ctx) error {
	f, err := h.filter(c.Request().PostFormValue)
	if err != nil {
		return err
	}
	as, kind := audit.JSONLines, "application/jsonl; charset=utf-8"
	if c.Request().PostFormValue("format") == string(audit.CSV) {
		as, kind = audit.CSV, "text/csv; charset=utf-8"
	}
	return h.download(c, "an export of the record", func(begin beginFile) error {
		return h.c.Desk.ExportRecord(c.Request().Context(), actor(c), f, as, func() io.Writer { return begin(h.dated("keydesk-record", string(as)), kind) })
	})
}

// beginFile begins an answer that the browser keeps as a file of that name.
type beginFile func(name, kind string) io.Writer

// download sends a file that write writes. Where it breaks off, the browser must not
// take it for whole.
func (h *Handlers) download(c Ctx, what string, write func(beginFile) error) error {
	begun := false
	err := write(func(name, kind string) io.Writer {
		begun = true
		c.Response().Header().Set("Content-Type", kind)
		c.Response().Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
		c.Response().WriteHeader(http.StatusOK)
		return &steady{c.Response(), http.NewResponseController(c.Response())}
	})
	if begun && err != nil {
		h.c.Log.WarnContext(c.Request().Context(), what+" broke off", "error", err)
		panic(http.ErrAbortHandler)
	}
	return err
}

// dated is a file's name with the minute in it.
func (h *Handlers) dated(name, ending string) string {
	return name + "-" + h.c.Now().In(h.c.Zone).Format("2006-01-02-1504") + "." + ending
}

// steady writes for as long as the other end goes on reading.
type steady struct {
	io.Writer
	conn *http.ResponseController
}

const writeTimeout = 30 * time.Second

func (s *steady) Write(b []byte) (int, error) {
	_ = s.conn.SetWriteDeadline(time.Now().Add(writeTimeout)) // where there is no connection there is no deadline
	return s.Writer.Write(b)
}

// showTimeline shows what was done to a person from here, page by page.
func (h *Handlers) showTimeline(c Ctx, status int, id okta.UserID, tab views.Tab) error {
	before, _ := strconv.ParseInt(c.QueryParam("before"), 10, 64)
	page, err := h.c.Desk.Timeline(c.Request().Context(), actor(c), id, before)
	if err != nil {
		return err
	}
	p := views.TimelineProps{Tab: tab, TimelinePage: page}
	return answer(h, c, status, page.Person.User.Name(), &p, &p.Tab, views.Timeline, views.TimelineBody)
}

func ownActs(who desk.Actor) audit.Filter { return audit.Filter{Actor: who.ID, Acts: true, Limit: 8} }
