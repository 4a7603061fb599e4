package handlers

import "keydesk/internal/desk"

// clearSessions ends a person's sessions.
func (h *Handlers) clearSessions(c Ctx) error {
	return h.change("clear_sessions", (*desk.Desk).ClearSessions)(c)
}
