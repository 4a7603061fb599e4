package handlers

import (
	"net/http"
	"strconv"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/views"
)

// auditPage is how many acts one page of the record shows.
const auditPage = 50

// audit shows the record, as far as the operator may see it.
func (h *Handlers) audit(c Ctx) error {
	before, _ := strconv.ParseInt(c.QueryParam("before"), 10, 64)
	f := audit.Filter{Text: c.QueryParam("q"), Actor: c.QueryParam("actor"), Target: c.QueryParam("target"), Action: c.QueryParam("action"), Before: before, Limit: auditPage + 1}
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
		return render(c, http.StatusOK, views.AuditMain(fr, props))
	}
	return render(c, http.StatusOK, views.Audit(fr, props))
}

func ownActs(who desk.Actor) audit.Filter { return audit.Filter{Actor: who.ID, Acts: true, Limit: 8} }
