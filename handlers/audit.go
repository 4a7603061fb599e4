package handlers

import (
	"net/http"
	"strconv"
	"unicode/utf8"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/views"
)

// auditPage is how many acts one page of the record shows.
const auditPage = 50

// maxText is how long a text the record is searched for, in bytes.
const maxText = 200

// audit shows the record, as far as the operator may see it.
func (h *Handlers) audit(c Ctx) error {
	before, _ := strconv.ParseInt(c.QueryParam("before"), 10, 64)
	text := c.QueryParam("q")
	if len(text) > maxText || !utf8.ValidString(text) {
		return &desk.Error{Kind: desk.Invalid, Action: "record", Field: "q", Msg: "Search the record for at most 200 ordinary characters."}
	}
	f := audit.Filter{Text: text, Actor: c.QueryParam("actor"), Target: c.QueryParam("target"), Action: c.QueryParam("action"), Before: before, Limit: auditPage + 1}
	acts, own, err := h.c.Desk.Record(c.Request().Context(), actor(c), f)
	if err != nil {
		return err
	}
	props := views.AuditProps{Filter: f, Acts: acts, OwnOnly: own}
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

func ownActs(who desk.Actor) audit.Filter { return audit.Filter{Actor: who.ID, Acts: true, Limit: 8} }
