package handlers

import (
	"net/http"

	"keydesk/views"
)

// admins lists who holds an admin role.
func (h *Handlers) admins(c Ctx) error {
	page, err := h.c.Desk.Admins(c.Request().Context(), actor(c), c.QueryParam("after"))
	if err != nil {
		return err
	}
	return h.render(c, http.StatusOK, views.Admins(h.frame(c, "Admins", "admins"), page))
}
