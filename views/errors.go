package views

import "net/http"

// problemGlyph is the picture of a problem page.
func problemGlyph(status int) Glyph {
	switch status {
	case http.StatusForbidden, http.StatusUnauthorized:
		return "shield-alert"
	case http.StatusNotFound, http.StatusGone:
		return "search"
	case http.StatusTooManyRequests:
		return "timer"
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return "unplug"
	default:
		return "triangle-alert"
	}
}

// passing reports whether the same request may well succeed a moment later.
func passing(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusBadGateway ||
		status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout
}
