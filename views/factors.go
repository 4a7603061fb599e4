package views

import (
	"keydesk/internal/desk"
	"keydesk/internal/okta"
)

// factorName is a factor in the words of Okta's console; a type that nobody
// here knows is shown as Okta sent it.
func factorName(x okta.Factor) string {
	switch x.Type {
	case "push":
		return "Okta Verify (push)"
	case "signed_nonce":
		return "Okta FastPass"
	case "token:software:totp":
		return joined(" ", authenticator(x.Provider), "(code)")
	case "token:hardware", "token", "token:hotp":
		return "Hardware token"
	case "sms":
		return "Phone (SMS)"
	case "call":
		return "Phone (voice call)"
	case "email":
		return "Email"
	case "question":
		return "Security Question"
	case "webauthn", "u2f":
		return "Security Key or Biometric"
	default:
		return x.Type
	}
}

func authenticator(provider string) string {
	switch provider {
	case "OKTA":
		return "Okta Verify"
	case "GOOGLE":
		return "Google Authenticator"
	default:
		return provider
	}
}

// factorDetail tells two factors of a kind apart: the number, the address, the
// device.
func factorDetail(x okta.Factor) string {
	var parts []string
	for _, name := range []string{"phoneNumber", "email", "name", "deviceName", "authenticatorName", "questionText"} {
		if raw, ok := x.Profile[name]; ok {
			parts = append(parts, text(raw))
		}
	}
	return joined(", ", parts...)
}

func factorLook(status string) Look {
	switch status {
	case "ACTIVE":
		return Look{"Active", "ok", "circle-check"}
	case "PENDING_ACTIVATION":
		return Look{"Pending activation", "info", "hourglass"}
	case "INACTIVE", "DISABLED":
		return Look{"Inactive", "off", "circle-x"}
	case "EXPIRED":
		return Look{"Expired", "warn", "timer"}
	default:
		return Look{status, "", "circle-question-mark"}
	}
}

// factorOffer is what may be done with the i-th factor; nothing where the desk
// offers nothing.
func factorOffer(p desk.Person, i int) desk.Offer {
	if i < len(p.FactorOffers) {
		return p.FactorOffers[i]
	}
	return desk.Offer{}
}
